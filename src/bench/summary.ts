import { interval, number, seconds } from '../report/format';
import { table, wrap } from '../report/table';
import type { BenchResult, Comparison, Point } from './result';
import { describeLoad } from './run';

const show = (unit: Comparison['unit']) => (value: number) =>
  unit === 's' ? seconds(value) : `${number(value)} tokens/s`;

const comparisonCells = ({ figure, predicted, measured, unit, verdict, from }: Comparison): string[] => [
  figure,
  interval(predicted, show(unit)),
  show(unit)(measured),
  verdict,
  from,
];
const COMPARISON_HEADER = ['figure', 'predicted (80% interval)', 'measured', 'verdict', 'predicted by'];

const LATENCIES = [
  ['TTFT', 'ttftSeconds'],
  ['TPOT', 'tpotSeconds'],
  ['ITL', 'itlSeconds'],
  ['E2E', 'e2eSeconds'],
] as const;
const LATENCY_HEADER = ['latency', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'];

function latencyRows(point: Point): string[][] {
  return LATENCIES.flatMap(([name, key]) => {
    const d = point[key];
    return d === null ? [] : [[name, ...[d.mean, d.p50, d.p90, d.p95, d.p99, d.max].map(seconds)]];
  });
}

/** What happened at one load, in sentences. */
function facts(point: Point): string[] {
  const { requests, goodput, server, client, lengths } = point;
  const errors = Object.entries(requests.errors);
  const percent = (share: number): string => `${Math.round(share * 100)}%`;
  return [
    `${requests.succeeded} of ${requests.measured} measured requests answered in ${number(point.windowSeconds)} s (${requests.warmUp} more warmed up): ${number(point.requestsPerSecond)} requests/s, ${number(point.outputTokensPerSecond)} output tokens/s; mean ${number(lengths.input)} tokens in, ${number(lengths.output)} out`,
    ...(goodput === null
      ? []
      : [
          `goodput: ${percent(goodput.share)} of requests met TTFT ${seconds(goodput.ttftSeconds)} and TPOT ${seconds(goodput.tpotSeconds)}`,
        ]),
    ...errors.map(
      ([kind, count]) =>
        `errors: ${count} ${kind}: ${requests.messages[kind as keyof typeof requests.messages] ?? ''}`,
    ),
    ...(server === null
      ? []
      : [
          `server: ${[
            server.prefixHitRate === null ? [] : `prefix hits ${percent(server.prefixHitRate)}`,
            server.preemptions === null ? [] : `${server.preemptions} preemptions`,
            server.kvUseMax === null ? [] : `KV use up to ${percent(server.kvUseMax)}`,
            server.runningMax === null ? [] : `up to ${number(server.runningMax)} running`,
          ]
            .flat()
            .join(', ')}`,
        ]),
    `client: ${seconds(client.lagP99Seconds)} late (p99), up to ${client.maxInFlight} requests in flight`,
  ];
}

const title = (result: BenchResult): string =>
  `${result.plan.name}: ${result.target.model} at ${result.target.url}, ${result.demand.name}, seed ${result.demand.seed}`;

/** A result for the person at the terminal. */
export function terminalSummary(result: BenchResult, columns: number): string {
  const bullets = (texts: readonly string[]): string =>
    texts.map((text) => `  - ${wrap(text, columns - 4, '    ')}\n`).join('');
  const pointText = (point: Point): string =>
    [
      `\nAt ${describeLoad(point.load)}\n`,
      table(LATENCY_HEADER, latencyRows(point), { columns, indent: '  ', rightAligned: [1, 2, 3, 4, 5, 6] }),
      ...(point.comparisons.length > 0
        ? ['\n', table(COMPARISON_HEADER, point.comparisons.map(comparisonCells), { columns, indent: '  ' })]
        : []),
      '\n',
      bullets(facts(point)),
      ...(point.suspects.length > 0 ? ['  Suspect:\n', bullets(point.suspects)] : []),
    ].join('');
  return `${wrap(title(result), columns)}\n${bullets(result.notes)}${result.points.map(pointText).join('')}`;
}

/** The same as a Markdown page, for a pull request or a report. */
export function markdownSummary(result: BenchResult): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  const grid = (header: readonly string[], rows: readonly string[][]): string =>
    rows.length === 0 ? '' : `${row(header)}${row(header.map(() => '---'))}${rows.map(row).join('')}\n`;
  const list = (texts: readonly string[]): string => texts.map((text) => `- ${text}\n`).join('');
  const pointText = (point: Point): string =>
    [
      `## At ${describeLoad(point.load)}\n\n`,
      grid(COMPARISON_HEADER, point.comparisons.map(comparisonCells)),
      grid(LATENCY_HEADER, latencyRows(point)),
      list(facts(point)),
      ...(point.suspects.length > 0 ? [`\nSuspect:\n\n${list(point.suspects)}`] : []),
    ].join('');
  return `# Benchmark of ${result.plan.name}\n\n${title(result)}; ${result.startedAt}; plan ${result.plan.sha256.slice(0, 12)}.\n\n${list(result.notes)}${result.points.map(pointText).join('\n')}`;
}

/** What was promised and not kept, one sentence each; requests that failed are broken promises too. */
export function failuresOf(result: BenchResult): string[] {
  return result.points.flatMap((point) => {
    const at = `at ${describeLoad(point.load)}`;
    const failed = point.requests.measured - point.requests.succeeded;
    return [
      ...(point.requests.succeeded === 0 ? [`${at}: no request succeeded`] : []),
      ...(failed > 0 && point.requests.succeeded > 0
        ? [`${at}: ${failed} of ${point.requests.measured} requests failed`]
        : []),
      ...point.comparisons
        .filter(({ verdict }) => verdict === 'fail')
        .map(
          ({ figure, measured, predicted, unit }) =>
            `${at}: ${figure} is ${show(unit)(measured)}, predicted ${interval(predicted, show(unit))}`,
        ),
    ];
  });
}
