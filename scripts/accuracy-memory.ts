/**
 * Runs the memory accounting against logged start-ups: `npm run accuracy:memory -- [--observations FILE] [--json]`.
 * Prints per row and in all: predicted, logged, error; rows that cannot be tested say why.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Figure } from './memory-accuracy/figure';
import { FIGURES, type FigureName, type Judgement, judge } from './memory-accuracy/judge';
import { parseObservations } from './memory-accuracy/observations';

const NAMES: Readonly<Record<FigureName, string>> = {
  blockTokens: 'block size',
  poolBlocks: 'pool blocks',
  kvTokens: 'KV tokens logged',
  concurrency: 'concurrency',
  weightsGiB: 'weights GiB',
  kvCacheGiB: 'KV GiB from utilisation',
};
const DECIMALS: Readonly<Record<FigureName, number>> = {
  blockTokens: 0,
  poolBlocks: 0,
  kvTokens: 0,
  concurrency: 2,
  weightsGiB: 2,
  kvCacheGiB: 2,
};

interface Total {
  readonly tested: number;
  readonly agree: number;
  readonly notTested: number;
  readonly largestError: number;
}

function totals(judgements: readonly Judgement[], name: FigureName): Total {
  const figures = judgements.map((judgement) => judgement.figures[name]);
  const tested = figures.filter(({ ok }) => ok !== null);
  return {
    tested: tested.length,
    agree: tested.filter(({ ok }) => ok).length,
    notTested: figures.length - tested.length,
    largestError: tested.reduce(
      (worst, { error }) => (Math.abs(error ?? 0) > Math.abs(worst) ? (error ?? 0) : worst),
      0,
    ),
  };
}

function line(name: FigureName, figure: Figure, role: string | null): string {
  const show = (value: number): string => value.toFixed(DECIMALS[name]);
  const label = `  ${NAMES[name].padEnd(24)}`;
  if (figure.ok === null) return `${label}not tested: ${figure.skipped}\n`;
  const predicted =
    typeof figure.predicted === 'object'
      ? (figure.predicted ?? []).map(show).join('..')
      : show(figure.predicted);
  const verdict = figure.ok ? 'ok' : 'DIFFERS';
  const note = name === 'kvCacheGiB' && role !== null ? ` (${role} row)` : '';
  return `${label}predicted ${predicted}, logged ${show(figure.logged ?? Number.NaN)}, error ${show(figure.error ?? 0)}  ${verdict}${note}\n`;
}

function text(judgements: readonly Judgement[]): string {
  const rows = judgements.map(
    ({ id, model, vllm, cacheMode, figures, budgetRole }) =>
      `${id}  ${model}, vLLM ${vllm}, cache mode ${cacheMode}\n${FIGURES.map((name) => line(name, figures[name], budgetRole)).join('')}`,
  );
  const summary = FIGURES.map((name) => {
    const { tested, agree, notTested, largestError } = totals(judgements, name);
    return `  ${NAMES[name].padEnd(24)}${agree} of ${tested} agree, largest error ${largestError.toFixed(DECIMALS[name])}, ${notTested} not tested\n`;
  });
  const roles = (role: string): string =>
    judgements
      .filter(({ budgetRole }) => budgetRole === role)
      .map(({ id }) => id)
      .join(', ') || 'none';
  return `${rows.join('\n')}\nIn all (${judgements.length} rows)\n${summary.join('')}  KV GiB from utilisation rests on few logs: constants come from ${roles('calibration')}; only ${roles('check')} check them.\n`;
}

function observationsOf(file: string): ReturnType<typeof parseObservations> {
  try {
    return parseObservations(readFileSync(file, 'utf8'));
  } catch (cause) {
    process.stderr.write(`error: cannot read observations from ${file}: ${(cause as Error).message}\n`);
    process.exit(2);
  }
}

function main(): void {
  const { values } = parseArgs({
    options: { observations: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const file = values.observations ?? join(__dirname, '..', 'test', 'data', 'vllm-memory-observations.json');
  const judgements = observationsOf(file).map(judge);
  const all = Object.fromEntries(FIGURES.map((name) => [name, totals(judgements, name)]));
  process.stdout.write(
    values.json ? `${JSON.stringify({ rows: judgements, totals: all }, null, 2)}\n` : text(judgements),
  );
}

main();
