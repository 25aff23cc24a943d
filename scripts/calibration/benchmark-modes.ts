/**
 * Predictions for the ways the calibration data was measured, which are not ways a service is used: a single burst,
 * a decode step at a fixed cached context, one prefill on an idle engine. performance-model.md section 2.4.
 */
import type { Coefficients } from '../../src/performance/coefficients';
import type { StepFeatures } from '../../src/performance/features';
import { type Load, steadyState } from '../../src/performance/steady-state';
import { acceptedTokens, decodeStep, prefillSeconds } from '../../src/performance/step';

export interface Benchmark {
  readonly mode: 'closed' | 'open' | 'burst' | 'decode' | 'prefill';
  readonly concurrency: number;
  readonly totalRequests: number;
  readonly requestsPerSecond: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly maxBatch: number;
  readonly maxNumBatchedTokens: number;
  readonly engineAge: number;
  /** Correction for runs that drain at the end (ShareGPT closed runs); 0 elsewhere. */
  readonly drainTail: number;
  /** KV reads hit the L2 cache because all sequences share one prefix: an artefact of that benchmark. */
  readonly sharedPrefixKvEfficiency: number;
}

export interface BenchmarkPrediction {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly outputTokensPerSecond: number;
}

/** What the benchmark would have printed. */
export function predictBenchmark(f: StepFeatures, k: Coefficients, b: Benchmark): BenchmarkPrediction {
  switch (b.mode) {
    case 'decode':
      return decodeAtFixedContext(f, k, b);
    case 'prefill':
      return singlePrefill(f, k, b);
    case 'burst':
      return burst(f, k, b);
    default:
      return served(f, k, b);
  }
}

const load = (b: Benchmark): Load => ({
  arrivals:
    b.mode === 'open'
      ? { kind: 'open', requestsPerSecond: b.requestsPerSecond, spacing: 'constant' }
      : { kind: 'closed', concurrency: b.concurrency, ...(b.totalRequests > 0 ? { totalRequests: b.totalRequests } : {}) },
  inputTokens: b.inputTokens,
  outputTokens: b.outputTokens,
  maxBatch: b.maxBatch,
  maxNumBatchedTokens: b.maxNumBatchedTokens,
  engineAge: b.engineAge,
});

function served(f: StepFeatures, k: Coefficients, b: Benchmark): BenchmarkPrediction {
  const s = steadyState(f, k, load(b));
  const drain = b.mode === 'closed' && b.totalRequests > 0 ? 1 + (b.drainTail * b.concurrency) / b.totalRequests : 1;
  return { ttftSeconds: s.ttftSeconds, tpotSeconds: s.tpotSeconds, outputTokensPerSecond: s.outputTokensPerSecond / drain };
}

function decodeAtFixedContext(f: StepFeatures, k: Coefficients, b: Benchmark): BenchmarkPrediction {
  const shared = b.concurrency > 1 ? { ...k, kvReadEfficiency: b.sharedPrefixKvEfficiency } : k;
  const step = decodeStep(f, shared, b.concurrency, b.inputTokens + b.outputTokens / 2, b.engineAge).total;
  const accepted = acceptedTokens(f.mtpTokens, k.mtpAcceptance);
  return {
    ttftSeconds: Number.NaN,
    tpotSeconds: step / accepted,
    outputTokensPerSecond: (b.concurrency * accepted * f.dataParallel) / step,
  };
}

function singlePrefill(f: StepFeatures, k: Coefficients, b: Benchmark): BenchmarkPrediction {
  const { inputTokens, maxNumBatchedTokens, engineAge } = b;
  const extra = prefillSeconds(f, k, { inputTokens, maxNumBatchedTokens, decodeBatch: 0, share: 1, engineAge });
  const steps = inputTokens / Math.min(inputTokens, maxNumBatchedTokens);
  const layers =
    f.attentionLayers * k.attentionLayerMicros + f.gdnLayers * k.gdnLayerMicros + f.moeLayers * k.moeLayerMicros;
  const ttftSeconds = extra + steps * layers * 1e-6 * engineAge;
  return { ttftSeconds, tpotSeconds: Number.NaN, outputTokensPerSecond: Number.NaN };
}

function burst(f: StepFeatures, k: Coefficients, b: Benchmark): BenchmarkPrediction {
  const { inputTokens, outputTokens, maxNumBatchedTokens, engineAge, totalRequests: n } = b;
  if (b.concurrency > b.maxBatch) return kvLimitedBurst(f, k, b);
  const share = Math.max(1, maxNumBatchedTokens / inputTokens);
  const decode = (batch: number) => decodeStep(f, k, batch, inputTokens + outputTokens / 2, engineAge).total;
  const prefill = prefillSeconds(f, k, { inputTokens, maxNumBatchedTokens, decodeBatch: n / 2, share, engineAge });
  const perRequest = prefill + (0.5 * decode(n) * inputTokens) / maxNumBatchedTokens;
  const total =
    k.requestMillis * 1e-3 + n * perRequest + ((outputTokens - 1) * decode(n)) / acceptedTokens(f.mtpTokens, k.mtpAcceptance);
  const ttftSeconds = k.requestMillis * 1e-3 + ((n + 1) / 2) * perRequest;
  return {
    ttftSeconds,
    tpotSeconds: (total - ttftSeconds) / (outputTokens - 1),
    outputTokensPerSecond: ((n * outputTokens) / total) * f.dataParallel,
  };
}

/** A burst larger than the pool: the steady state, plus the waves of requests that wait for room. */
function kvLimitedBurst(f: StepFeatures, k: Coefficients, b: Benchmark): BenchmarkPrediction {
  const s = steadyState(f, k, load({ ...b, mode: 'closed' }));
  const rate = s.requestsPerSecond / f.dataParallel;
  const waves = (b.concurrency - b.maxBatch) ** 2 / b.concurrency / (2 * rate);
  const first = ((b.maxBatch * b.maxBatch) / b.concurrency) * (s.prefillSeconds / 2);
  return { ...s, ttftSeconds: s.ttftSeconds + waves + first };
}
