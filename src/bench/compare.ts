import { intervalAround, regimeOf } from '../performance/interval';
import type { Interval, Plan } from '../plan/schema';
import { type EngineModel, expect, loadOf } from './model';
import type { BenchLoad, Comparison, Point } from './result';

/** Within this of the planned rate, the plan's own figures are what was promised. */
const SAME_RATE = 0.02;

type Figures = Pick<
  Point,
  'load' | 'ttftSeconds' | 'tpotSeconds' | 'outputTokensPerSecond' | 'lengths' | 'observed' | 'servedShare'
>;

/** The plan's figures at the planned rate of its own workload; the model's, of the lengths asked, at any other load. */
export function compare(plan: Plan, engine: EngineModel, point: Figures, ownWorkload: boolean): Comparison[] {
  const { load } = point;
  if (load.kind === 'trace' || point.ttftSeconds === null) return [];
  // The prompts sent have no history to find, which a plan for conversations counts on.
  const promised = ownWorkload && isPlannedLoad(plan, load) && !plan.predicted.history?.findingShare;
  const predicted = promised ? plan.predicted : predictedBy(engine, load, point, plan);
  if (predicted === null) return [];
  const from = promised ? 'plan' : 'model';
  const latency = (figure: string, interval: Interval, measured: number | undefined): Comparison[] =>
    measured === undefined
      ? []
      : [{ figure, predicted: interval, measured, unit: 's', verdict: lowIsGood(interval, measured), from }];
  return [
    ...latency('TTFT p95', predicted.ttftP95Seconds, point.ttftSeconds.p95),
    ...latency('TPOT p95', predicted.tpotP95Seconds, point.tpotSeconds?.p95),
    ...outputOf(point, predicted.outputTokensPerSecond, from),
  ];
}

const isPlannedLoad = (plan: Plan, load: BenchLoad): boolean =>
  load.kind === 'open' &&
  Math.abs(load.requestsPerSecond / plan.requirements.workload.requestsPerSecond - 1) <= SAME_RATE;

const lowIsGood = ({ low, high }: Interval, measured: number): Comparison['verdict'] =>
  measured > high ? 'fail' : measured < low ? 'better' : 'pass';

const OUTPUT_TOLERANCE = 0.1;

/**
 * In an open loop the arrivals and lengths that were drawn decide how many tokens are asked for, often a tenth more or less than
 * planned in two minutes: what the endpoint decides is how many of those it serves. A run too short to say is not compared.
 */
function outputOf(point: Figures, predicted: Interval, from: Comparison['from']): Comparison[] {
  const { load, servedShare, outputTokensPerSecond: measured } = point;
  if (load.kind === 'closed')
    return [{ ...OUTPUT, predicted, measured, verdict: outputVerdict(predicted, measured), from }];
  return servedShare === null
    ? []
    : [{ ...OUTPUT, predicted, measured, verdict: servedVerdict(servedShare, point.lengths), from }];
}

const OUTPUT = { figure: 'output', unit: 'tokens/s' } as const;

const servedVerdict = (
  servedShare: number,
  { output, askedOutput }: Figures['lengths'],
): Comparison['verdict'] =>
  servedShare * Math.min(1, output / askedOutput) < 1 - OUTPUT_TOLERANCE ? 'fail' : 'pass';

const outputVerdict = ({ low, high }: Interval, measured: number): Comparison['verdict'] =>
  measured < low * (1 - OUTPUT_TOLERANCE)
    ? 'fail'
    : measured > high * (1 + OUTPUT_TOLERANCE)
      ? 'better'
      : 'pass';

function predictedBy(
  engine: EngineModel,
  load: Extract<BenchLoad, { kind: 'open' | 'closed' }>,
  { lengths }: Figures,
  plan: Plan,
): Pick<Plan['predicted'], 'ttftP95Seconds' | 'tpotP95Seconds' | 'outputTokensPerSecond'> | null {
  const { inputTokens } = plan.requirements.workload;
  const input = Math.max(2, lengths.askedInput);
  const asked = loadOf(engine, load, {
    inputTokens: input,
    outputTokens: lengths.askedOutput,
    cachedTokens: null,
  });
  const expected = expect(engine, asked, (input * inputTokens.p95) / inputTokens.mean);
  if (!expected.mean.stable) return null;
  const regime = regimeOf(expected.mean);
  const { footing } = engine;
  return {
    ttftP95Seconds: intervalAround(expected.ttftP95Seconds, 'ttft', footing, regime),
    tpotP95Seconds: intervalAround(expected.tpotP95Seconds, 'tpot', footing, regime),
    outputTokensPerSecond:
      load.kind === 'open'
        ? {
            low: expected.outputTokensPerSecond,
            expected: expected.outputTokensPerSecond,
            high: expected.outputTokensPerSecond,
          }
        : intervalAround(expected.outputTokensPerSecond, 'output', footing, regime),
  };
}
