import { ranksOf } from '../../src/performance/features';
import { percentile95 } from '../../src/performance/percentile';
import type { SteadyState } from '../../src/performance/state';
import { replay, saturationRequestsPerSecond } from '../../src/simulation/simulate';
import { type AgreementCase, configOf, loadOf } from './cases';

export const FIGURES = ['ttft', 'tpot', 'ttftP95', 'tpotP95'] as const;
export type ComparedFigure = (typeof FIGURES)[number];

export interface Compared {
  readonly name: string;
  readonly case: AgreementCase;
  /** Requests wait for one of few sequences. */
  readonly slotsBind: boolean;
  /** Closed form over simulation, less 1. */
  readonly errors: Readonly<Record<ComparedFigure, number>>;
  /** Standard errors of the simulated figures, relative, from independent runs. */
  readonly standardErrors: Readonly<Record<ComparedFigure, number>>;
  readonly state: SteadyState;
  /** Tokens per second of the closed form over those offered, less 1. */
  readonly outputError: number;
}

export interface RunLength {
  /** Independent runs of a case, and requests of each rank in each of them after its warm-up. */
  readonly runs: number;
  readonly requests: number;
}

const WARM_UP_SHARE = 0.15;
/** Runs in which more requests are cut to the longest that the engine takes have other lengths than were asked for. */
const MOST_CUT_SHARE = 0.002;
const FULLEST_POOL = 0.95;

/** Null where the engine does not hold the load, or the KV pool, which the closed form does not fill, ran out. */
export function compare(c: AgreementCase, { runs, requests }: RunLength): Compared | null {
  const config = configOf(c);
  if (config === null) return null;
  const requestsPerSecond = c.utilisation * saturationRequestsPerSecond(config);
  const ranks = ranksOf(config.features);
  const warmupRequests = Math.ceil(WARM_UP_SHARE * ranks * requests);
  const simulated: Record<ComparedFigure, number>[] = [];
  for (let run = 0; run < runs; run++) {
    const result = replay({
      ...config,
      arrivals: { kind: 'poisson', requestsPerSecond },
      requests: ranks * requests + warmupRequests,
      warmupRequests,
      seed: (c.seed + 7919 * run) % 2 ** 31,
    });
    if (result.preemptions > 0 || result.kvUseMax > FULLEST_POOL) return null;
    if (result.cutRequests > MOST_CUT_SHARE * ranks * requests) return null;
    simulated.push({
      ttft: result.ttftSeconds.mean,
      tpot: result.tpotSeconds!.mean,
      ttftP95: result.ttftSeconds.p95,
      tpotP95: result.tpotSeconds!.p95,
    });
  }
  const closed = percentile95(
    config.features,
    config.coefficients,
    loadOf(c, config, requestsPerSecond / ranks),
    {
      inputP95Tokens: (c.promptSpread ?? c.spread) * c.inputTokens,
      outputP95Tokens: c.spread * c.outputTokens,
    },
  );
  const predicted: Record<ComparedFigure, number> = {
    ttft: closed.mean.ttftSeconds,
    tpot: closed.mean.tpotSeconds,
    ttftP95: closed.ttftP95Seconds,
    tpotP95: closed.tpotP95Seconds,
  };
  const each = (of: (figure: ComparedFigure) => number): Record<ComparedFigure, number> => ({
    ttft: of('ttft'),
    tpot: of('tpot'),
    ttftP95: of('ttftP95'),
    tpotP95: of('tpotP95'),
  });
  const values = (figure: ComparedFigure): number[] => simulated.map((run) => run[figure]);
  return {
    name: `${c.engine.join(' ')} ${JSON.stringify({ ...c, engine: undefined })}`,
    case: c,
    slotsBind: closed.mean.blockedSeconds > 0.01 * closed.mean.ttftSeconds,
    errors: each((figure) => predicted[figure] / mean(values(figure)) - 1),
    standardErrors: each((figure) => standardError(values(figure)) / mean(values(figure))),
    state: closed.mean,
    outputError: closed.mean.outputTokensPerSecond / (requestsPerSecond * c.outputTokens) - 1,
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

function standardError(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, x) => sum + (x - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** Share of the cases whose error is no larger than `limit`. */
export const shareWithin = (compared: readonly Compared[], figure: ComparedFigure, limit: number): number =>
  compared.filter(({ errors }) => Math.abs(errors[figure]) <= limit).length / Math.max(compared.length, 1);
