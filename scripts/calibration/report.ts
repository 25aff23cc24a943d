/** Tables of errors: on rows, over configurations, by any property of a row. */
import type { Outcome } from './cross-validation';
import { FIGURES, type FigureName, type Row } from './rows';
import { groupBy, mean, median, quantile } from './statistics';

/** One outcome with the interval it was given. */
export interface Judged {
  readonly outcome: Outcome;
  /** Standard deviation of the logarithm. */
  readonly spread: number;
  readonly inside: boolean;
}

export interface Summary {
  readonly rows: number;
  readonly medianPercent: number;
  readonly meanPercent: number;
  readonly p90Percent: number;
  /** Median signed error: positive when predicted too high. */
  readonly biasPercent: number;
  /** Rows in their 80% interval. */
  readonly coveragePercent: number;
  /** Median factor x/÷ of the 80% interval. */
  readonly medianWidth: number;
  /** Median over configurations of the median error. */
  readonly configurationMedianPercent: number;
  /** Mean over configurations of the mean error, ln(predicted / measured) in percent, at most 100 a row. */
  readonly configurationMeanPercent: number;
  readonly configurations: number;
}

const Z_80 = 1.2816;
const round = (value: number, digits = 1): number => Number(value.toFixed(digits));

export function summarise(judged: readonly Judged[]): Summary {
  const signed = judged.map(({ outcome }) => 100 * (Math.exp(outcome.logError) - 1));
  const absolute = signed.map(Math.abs);
  const byConfiguration = groupBy(
    judged.map((j, i) => ({ j, i })),
    ({ j }) => j.outcome.row.configuration,
  );
  const medians = [...byConfiguration.values()].map((list) => median(list.map(({ i }) => absolute[i]!)));
  const means = [...byConfiguration.values()].map((list) =>
    mean(list.map(({ j }) => Math.min(100, 100 * Math.abs(j.outcome.logError)))),
  );
  return {
    rows: judged.length,
    medianPercent: round(median(absolute)),
    meanPercent: round(mean(absolute)),
    p90Percent: round(quantile(absolute, 0.9)),
    biasPercent: round(median(signed)),
    coveragePercent: round(100 * mean(judged.map(({ inside }) => (inside ? 1 : 0)))),
    medianWidth: round(median(judged.map(({ spread }) => Math.exp(Z_80 * spread))), 2),
    configurationMedianPercent: round(median(medians)),
    configurationMeanPercent: round(mean(means), 2),
    configurations: medians.length,
  };
}

export type Table = Readonly<Record<string, Readonly<Partial<Record<FigureName, Summary>>>>>;

/** Summaries by a property of outcomes, keys sorted. */
export function tableBy(judged: readonly Judged[], key: (outcome: Outcome) => string): Table {
  const keys = [...new Set(judged.map(({ outcome }) => key(outcome)))].sort();
  return Object.fromEntries(
    keys.map((name) => [
      name,
      Object.fromEntries(
        FIGURES.map(
          (figure) =>
            [
              figure,
              judged.filter(({ outcome }) => outcome.figure === figure && key(outcome) === name),
            ] as const,
        )
          .filter(([, list]) => list.length > 0)
          .map(([figure, list]) => [figure, summarise(list)]),
      ),
    ]),
  );
}

export const qwenServing = (row: Row): boolean => row.isQwen35 && row.phase === 'serving';

/** The whole report: goals first, then slices. */
export function accuracyTables(judged: readonly Judged[]): Record<string, Table> {
  const used = judged.filter(({ outcome }) => outcome.row.excluded === null);
  return {
    'all rows used in fits': tableBy(used, () => 'all'),
    'every row that can be predicted, excluded ones too': tableBy(judged, () => 'all'),
    'Qwen3.5 serving': tableBy(
      used.filter(({ outcome }) => qwenServing(outcome.row)),
      () => 'Qwen3.5 serving',
    ),
    'by basis': tableBy(used, (o) => o.basis),
    'by basis, Qwen3.5': tableBy(
      used.filter(({ outcome }) => outcome.row.isQwen35),
      (o) => o.basis,
    ),
    'by regime': tableBy(used, (o) => o.regime),
    'by phase': tableBy(used, (o) => o.row.phase),
    'by model': tableBy(used, (o) => o.row.model),
    'by GPU': tableBy(used, (o) => o.row.gpu),
    'by precision': tableBy(used, (o) => o.row.precision),
    'by configuration': tableBy(used, (o) => o.row.configuration),
  };
}

const cell = (s: Summary): string =>
  [
    s.rows,
    s.medianPercent,
    s.meanPercent,
    s.p90Percent,
    s.biasPercent,
    s.coveragePercent,
    s.medianWidth,
  ].join(' / ');

/** The tables as text. */
export function printTables(tables: Readonly<Record<string, Table>>): string {
  const lines = [
    'Cells: n / median / mean / p90 absolute error % / bias (median signed) % / rows in the 80% interval % / median width x÷',
    'over configurations: median of their medians % / mean of their mean logarithmic errors %',
  ];
  for (const [title, table] of Object.entries(tables)) {
    lines.push('', `## ${title}`);
    for (const [name, figures] of Object.entries(table)) {
      lines.push(name);
      for (const [figure, summary] of Object.entries(figures)) {
        const over =
          summary.configurations > 1
            ? `   over ${summary.configurations} configurations ${summary.configurationMedianPercent} / ${summary.configurationMeanPercent}`
            : '';
        lines.push(`  ${figure.padEnd(7)}${cell(summary)}${over}`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
}
