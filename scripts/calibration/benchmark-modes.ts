/**
 * Predictions for the ways the calibration data was measured, which are not ways a service is used: a single burst,
 * a decode step at a fixed cached context, one prefill on an idle engine. performance-model.md section 2.4.
 */
import { burstMeans, closedRunLatencies, wholeRunOutput } from '../../src/performance/burst';
import type { Coefficients } from '../../src/performance/coefficients';
import type { StepFeatures } from '../../src/performance/features';
import { type Regime, regimeOf } from '../../src/performance/interval';
import type { Load } from '../../src/performance/load';
import { steadyState } from '../../src/performance/steady-state';
import { acceptedTokens, decodeStep, prefillSeconds } from '../../src/performance/step';

export interface Benchmark {
  readonly mode: 'closed' | 'open' | 'burst' | 'decode' | 'prefill';
  readonly concurrency: number;
  readonly totalRequests: number;
  readonly requestsPerSecond: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Squared coefficient of variation of the outputs, where the source shows it. */
  readonly outputVariation?: number;
  readonly maxBatch: number;
  readonly maxNumBatchedTokens: number;
  /** Correction for runs that drain at the end (ShareGPT closed runs); 0 elsewhere. */
  readonly drainTail: number;
  /** KV reads hit the L2 cache because all sequences share one prefix: an artefact of that benchmark. */
  readonly sharedPrefixKvEfficiency: number;
  /**
   * Output of a closed run by Little's law over the whole run, burst included, as sources compute it; otherwise that
   * of the steady state.
   */
  readonly wholeRunOutput?: boolean;
}

/** How an older engine differs from those of vLLM 0.13 and later, which the coefficients describe. */
export interface EngineAge {
  /** Layers, steps and mixed steps. */
  readonly overhead: number;
  readonly sequence: number;
  readonly request: number;
}

export const agedCoefficients = (k: Coefficients, age: EngineAge): Coefficients => ({
  ...k,
  attentionLayerMicros: k.attentionLayerMicros * age.overhead,
  gdnLayerMicros: k.gdnLayerMicros * age.overhead,
  moeLayerMicros: k.moeLayerMicros * age.overhead,
  sharedExpertLayerMicros: k.sharedExpertLayerMicros * age.overhead,
  stepMillis: k.stepMillis * age.overhead,
  mixedStepLayerMicros: k.mixedStepLayerMicros * age.overhead,
  sequenceMillis: k.sequenceMillis * age.sequence,
  requestMillis: k.requestMillis * age.request,
});

export interface BenchmarkPrediction {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly outputTokensPerSecond: number;
  /** Near saturation, or limited by the pool: small errors of the model become large ones. */
  readonly regime: Regime;
}

/** What the benchmark would have printed. */
export function predictBenchmark(f: StepFeatures, k: Coefficients, b: Benchmark): BenchmarkPrediction {
  switch (b.mode) {
    case 'decode':
      return decodeAtFixedContext(f, k, b);
    case 'prefill':
      return singlePrefill(f, k, b);
    case 'burst':
      return { ...burstMeans(f, k, { ...load(b), requests: b.totalRequests }), regime: 'loaded' };
    default:
      return served(f, k, b);
  }
}

const load = (b: Benchmark): Load => ({
  arrivals:
    b.mode === 'open'
      ? { kind: 'open', requestsPerSecond: b.requestsPerSecond, spacing: 'constant' }
      : {
          kind: 'closed',
          concurrency: b.concurrency,
          ...(b.totalRequests > 0 ? { totalRequests: b.totalRequests } : {}),
        },
  inputTokens: b.inputTokens,
  outputTokens: b.outputTokens,
  ...(b.outputVariation === undefined ? {} : { outputVariation: b.outputVariation }),
  maxBatch: b.maxBatch,
  maxNumBatchedTokens: b.maxNumBatchedTokens,
});

function served(f: StepFeatures, k: Coefficients, b: Benchmark): BenchmarkPrediction {
  const s = steadyState(f, k, load(b));
  const drain =
    b.mode === 'closed' && b.totalRequests > 0 ? 1 + (b.drainTail * b.concurrency) / b.totalRequests : 1;
  const { arrivals } = load(b);
  const { ttftSeconds, tpotSeconds } =
    arrivals.kind === 'closed' ? closedRunLatencies(f, k, load(b), s, arrivals) : s;
  const output =
    b.mode === 'closed' && b.wholeRunOutput
      ? wholeRunOutput(f, { ttftSeconds, tpotSeconds }, b.concurrency, b.outputTokens)
      : s.outputTokensPerSecond;
  return { ttftSeconds, tpotSeconds, outputTokensPerSecond: output / drain, regime: regimeOf(s) };
}

function decodeAtFixedContext(f: StepFeatures, k: Coefficients, b: Benchmark): BenchmarkPrediction {
  const shared = b.concurrency > 1 ? { ...k, kvReadEfficiency: b.sharedPrefixKvEfficiency } : k;
  const step = decodeStep(f, shared, b.concurrency, b.inputTokens + b.outputTokens / 2).total;
  const accepted = acceptedTokens(f.mtpTokens, k.mtpAcceptance);
  return {
    ttftSeconds: Number.NaN,
    tpotSeconds: step / accepted,
    outputTokensPerSecond: (b.concurrency * accepted * f.dataParallel) / step,
    regime: 'steady',
  };
}

function singlePrefill(f: StepFeatures, k: Coefficients, b: Benchmark): BenchmarkPrediction {
  const { inputTokens, maxNumBatchedTokens } = b;
  const extra = prefillSeconds(f, k, { inputTokens, maxNumBatchedTokens, decodeBatch: 0, share: 1 });
  const steps = inputTokens / Math.min(inputTokens, maxNumBatchedTokens);
  const layers =
    f.attentionLayers * k.attentionLayerMicros +
    f.gdnLayers * k.gdnLayerMicros +
    f.moeLayers * k.moeLayerMicros +
    f.sharedExpertLayers * k.sharedExpertLayerMicros;
  const ttftSeconds = extra + steps * layers * 1e-6 + inputTokens * k.promptTokenMicros * 1e-6;
  return { ttftSeconds, tpotSeconds: Number.NaN, outputTokensPerSecond: Number.NaN, regime: 'steady' };
}
