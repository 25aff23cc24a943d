import { calibrated } from '../performance/calibration';
import { steadyState } from '../performance/steady-state';
import { prefillSeconds, requestOverheadSeconds } from '../performance/step';
import type { Observation } from './fit-multipliers';
import { type EngineModel, loadOf } from './model';
import type { Observed, Point } from './result';

/** The multipliers in the order of their logarithms. */
export const PARTS = ['decode', 'prefill', 'ttft'] as const;
export type Part = (typeof PARTS)[number];

/** performance-model.md 9.5: spread of one benchmark's figure around the model with the right multiplier. */
export const POINT_SDS: Readonly<Record<Part, number>> = { decode: 0.1, prefill: 0.15, ttft: 0.25 };

/** Seconds. */
interface Figures {
  readonly stable: boolean;
  /** TPOT. */
  readonly decode: number;
  /** What the longer prompts wait for their first token beyond the shorter ones. */
  readonly prefill: number;
  /** To the first token of the shorter prompts. */
  readonly ttft: number;
  /** Of that, the part that the multiplier `ttft` scales: outside the engine. */
  readonly outside: number;
  readonly queue: number;
}

/** What a point says of each multiplier; or why it says nothing. */
export type PointObservations =
  | {
      readonly usable: true;
      readonly observations: readonly Observation[];
      readonly silent: readonly string[];
    }
  | { readonly usable: false; readonly reason: string };

const MOST_ERRORS = 0.05;
const MOST_LAG_SECONDS = 0.005;
/** Less than this share of the expected time outside the engine is a measurement below zero. */
const LEAST_OUTSIDE = 0.05;
/** The queue is the least certain part of TTFT: busy points say less of the time outside the engine. */
const QUEUE_ERROR = 0.25;
/** Halves whose prompts differ less in length do not show the prefill: this share of the mean. */
const LEAST_CONTRAST = 0.2;

export function observationsOf(point: Point, engine: EngineModel): PointObservations {
  const { load, requests, client } = point;
  const observed = point.observed && withCachedTokens(point.observed, point.server);
  if (load.kind === 'trace')
    return { usable: false, reason: "a trace's own times have no steady load to compare with" };
  if (observed === null) return { usable: false, reason: `${requests.succeeded} answers are too few` };
  if (requests.succeeded < (1 - MOST_ERRORS) * requests.measured)
    return {
      usable: false,
      reason: `${requests.measured - requests.succeeded} of ${requests.measured} requests failed`,
    };
  if (client.lagP99Seconds > Math.max(MOST_LAG_SECONDS, observed.tpotSeconds / 10))
    return { usable: false, reason: 'the client was late, so it measured itself' };

  const figuresAt = (logMultipliers: readonly number[]): Figures =>
    predictedFigures(engine, load, observed, logMultipliers);
  const expected = figuresAt([0, 0, 0]);
  if (!expected.stable)
    return { usable: false, reason: 'the model expects this load to overload the engine' };

  const { shortPrompts, longPrompts } = observed;
  const contrast = longPrompts.ttftSeconds - shortPrompts.ttftSeconds;
  const shortError = shortPrompts.relativeError * shortPrompts.ttftSeconds;
  const longError = longPrompts.relativeError * longPrompts.ttftSeconds;
  const contrastError = Math.hypot(longError, shortError) / Math.max(contrast, Number.MIN_VALUE);
  const observe = (part: Part, error: Observation['error'], ...relativeErrors: number[]): Observation => ({
    shows: PARTS.indexOf(part),
    error,
    sd: Math.hypot(POINT_SDS[part], ...relativeErrors),
  });
  const wideEnough =
    longPrompts.inputTokens - shortPrompts.inputTokens > LEAST_CONTRAST * observed.inputTokens;
  const showsPrefill = wideEnough && contrast > 0 && contrastError < 0.5 && expected.prefill > 0;
  return {
    usable: true,
    observations: [
      observe(
        'decode',
        (x) => Math.log(observed.tpotSeconds / figuresAt(x).decode),
        observed.tpotRelativeError,
      ),
      observe(
        'ttft',
        (x) => {
          const { ttft, outside } = figuresAt(x);
          const left = shortPrompts.ttftSeconds - (ttft - outside);
          return Math.log(Math.max(left, LEAST_OUTSIDE * outside) / outside);
        },
        shortError / expected.outside,
        (QUEUE_ERROR * expected.queue) / expected.outside,
      ),
      ...(showsPrefill
        ? [observe('prefill', (x) => Math.log(contrast / figuresAt(x).prefill), contrastError)]
        : []),
    ],
    silent: showsPrefill
      ? []
      : ['longer prompts did not clearly wait longer, so it shows no prefill time of its own'],
  };
}

/** vLLM tells a request's cached tokens only when asked to; its metrics tell the hit rate of all. */
function withCachedTokens(observed: Observed, server: Point['server']): Observed {
  const hitRate = server?.prefixHitRate ?? null;
  if (observed.cachedTokens !== null || hitRate === null) return observed;
  return { ...observed, cachedTokens: hitRate * observed.inputTokens };
}

/** The model's figures with the multipliers applied, for the lengths that were measured. */
export function predictedFigures(
  engine: EngineModel,
  benchLoad: Exclude<Point['load'], { kind: 'trace' }>,
  observed: Observed,
  logMultipliers: readonly number[],
): Figures {
  const multiplier = (part: Part) => ({ value: Math.exp(logMultipliers[PARTS.indexOf(part)]!) });
  const k = calibrated(engine.coefficients, {
    decode: multiplier('decode'),
    prefill: multiplier('prefill'),
    ttft: multiplier('ttft'),
  });
  const load = loadOf(engine, benchLoad, observed);
  const mean = steadyState(engine.features, k, load);
  const cachedShare = (load.cachedTokens ?? 0) / load.inputTokens;
  const own = (inputTokens: number): number =>
    prefillSeconds(engine.features, k, {
      inputTokens: Math.max(1, inputTokens * (1 - cachedShare)),
      cachedTokens: inputTokens * cachedShare,
      maxNumBatchedTokens: load.maxNumBatchedTokens,
      decodeBatch: mean.decodeBatch,
      share: 1,
    }) + requestOverheadSeconds(k, inputTokens);
  const { shortPrompts, longPrompts } = observed;
  const outside = requestOverheadSeconds(k, shortPrompts.inputTokens);
  return {
    stable: mean.stable,
    decode: mean.tpotSeconds,
    prefill: own(longPrompts.inputTokens) - own(shortPrompts.inputTokens),
    ttft: Math.max(mean.ttftSeconds + own(shortPrompts.inputTokens) - own(observed.inputTokens), outside),
    outside,
    queue: mean.queueSeconds,
  };
}
