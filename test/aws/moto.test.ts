import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../src/aws/preflight/finding';
import { parsePlan, serializePlan } from '../../src/plan/document';
import { cli, localEnvironment, setEnvironment } from './environment';

/** Set by .ci/aws.sh, which starts a moto server; without one there is nothing to test here. */
const url = process.env.MOTO_URL;
const withMoto = url === undefined ? describe.skip : describe;

withMoto('against moto', () => {
  let folder: string;
  let restore: () => void;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'moto-'));
    restore = setEnvironment({
      ...localEnvironment(url ?? '', folder),
      HF_ENDPOINT: 'http://127.0.0.1:9',
      AWS_REGION: 'us-west-2',
    });
  });
  afterAll(() => {
    restore();
    rmSync(folder, { recursive: true, force: true });
  });

  test('instance types, zones and spot prices are read; what moto lacks is named', async () => {
    const { code, out } = await cli('catalog', 'refresh', '--json');
    const { refreshed, missing } = JSON.parse(out) as { refreshed: string[]; missing: { part: string }[] };
    expect(code).toBe(3);
    expect(refreshed).toEqual(['us-west-2']);
    expect(missing.map(({ part }) => part).sort()).toEqual(['capacity blocks', 'on-demand prices']);
    const shown = JSON.parse(
      (await cli('catalog', 'show', 'g6e.xlarge', '--region', 'us-west-2', '--json')).out,
    );
    expect(shown).toContainEqual(
      expect.objectContaining({ figure: 'machine', value: '1 x L40S, 4 vCPUs, 32 GiB' }),
    );
    expect(shown).toContainEqual(expect.objectContaining({ figure: 'zones', source: 'ec2 offerings' }));
  }, 120_000);

  test('preflight finds what is there and what is not', async () => {
    const golden = parsePlan(readFileSync('test/golden/plans/tensor-parallel.plan.json', 'utf8'), 'golden');
    const path = join(folder, 'x.plan.json');
    const arn = (service: string, rest: string): string =>
      `arn:aws:${service}:us-west-2:123456789012:${rest}`;
    const { requirements } = golden;
    const plan = {
      ...golden,
      requirements: {
        ...requirements,
        network: {
          ...requirements.network,
          certificateArn: arn('acm', 'certificate/0f7c4c2e-1111-2222-3333-444455556666'),
          domain: { name: 'llm.example.com', hostedZoneId: 'Z0000000000000' },
        },
        deployment: {
          ...requirements.deployment,
          apiKey: arn('secretsmanager', 'secret:none-AbCdEf'),
          weights: 's3' as const,
        },
        stateBackend: { bucket: 'no-such-bucket', key: 'x', region: 'us-west-2' },
      },
    };
    writeFileSync(path, serializePlan(plan));
    const { code, out } = await cli('preflight', path, '--json');
    const status = new Map(
      (JSON.parse(out).findings as Finding[]).map((finding) => [finding.check, finding.status]),
    );
    expect(code).toBe(3);
    for (const name of ['region', 'zones', 'g6e.12xlarge on offer', 'key service', 'staged weights'])
      expect([name, status.get(name)]).toEqual([name, 'pass']);
    for (const name of ['certificate', 'hosted zone', 'secret: API key', 'state bucket'])
      expect([name, status.get(name)]).toEqual([name, 'fail']);
  }, 120_000);
});
