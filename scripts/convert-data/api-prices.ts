import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { number, read, writeRows } from './files';

interface HostedApi {
  readonly provider: string;
  readonly model: string;
  readonly name: string;
  /** The model of ours that it hosts; null for what teams use instead. */
  readonly serves: string | null;
}

/** Hosted APIs that plans are compared with. */
const HOSTED_APIS = JSON.parse(readFileSync(join(__dirname, 'hosted-apis.json'), 'utf8')) as HostedApi[];

/** Their list prices. */
export function convertApiPrices(): void {
  const file = 'api-prices-modelsdev-2026-07-02.csv';
  const rows = read(file)
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const apis = HOSTED_APIS.map(({ provider, model, name, serves }) => {
    const row = rows.find((cells) => cells[0] === provider && cells[1] === model);
    if (!row) throw new Error(`${file} has no price of ${provider} ${model}`);
    return {
      name,
      serves,
      inputUsdPerMillion: number(row[2]),
      cachedInputUsdPerMillion: number(row[4]),
      outputUsdPerMillion: number(row[3]),
    };
  });
  writeRows('src/planning/data/hosted-apis.json', 'apis', {
    asOf: '2026-07-02',
    source:
      'models.dev list prices of 2026-07-02, USD per million tokens; discounts, batch and long-context tiers left out',
    apis,
  });
}
