import { engineModel } from '../../src/bench/model';
import { predictedFigures } from '../../src/bench/observations';
import type { BenchLoad, BenchResult, Observed, Point, Setup } from '../../src/bench/result';
import { FITTED_ON } from '../../src/performance/coefficients';

export const SETUP: Setup = {
  model: 'Qwen3.5-35B-A3B',
  gpu: 'L40S',
  checkpoint: 'fp8',
  layout: { tensorParallel: 1, pipelineParallel: 1, dataParallel: 1, expertParallel: false },
  replicas: 1,
  kvCacheDtype: 'auto',
  mtpTokens: 0,
  maxNumSeqs: 128,
  maxNumBatchedTokens: 8192,
  blockTokens: 1056,
  prefixCaching: false,
  sharedPrefixShare: 0,
  vllmVersion: '0.31.0',
};

/** A thousand requests that all went well, and nothing odd about them. */
export function blankPoint(load: BenchLoad): Point {
  const flat = { mean: 0.1, p50: 0.1, p90: 0.1, p95: 0.1, p99: 0.1, max: 0.1 };
  return {
    load,
    requests: {
      started: 1000,
      warmUp: 0,
      measured: 1000,
      succeeded: 1000,
      reopened: 0,
      errors: {},
      messages: {},
    },
    tokens: { input: 4e6, output: 3e5, statedByServer: true },
    windowSeconds: 100,
    requestsPerSecond: load.kind === 'open' ? load.requestsPerSecond : 10,
    outputTokensPerSecond: 3000,
    totalTokensPerSecond: 43_000,
    ttftSeconds: flat,
    tpotSeconds: flat,
    itlSeconds: flat,
    e2eSeconds: flat,
    histograms: { ttft: [], tpot: [], itl: [], e2e: [] },
    goodput: null,
    lengths: { askedInput: 4000, input: 4000, askedOutput: 300, output: 300 },
    drift: null,
    servedShare: 1,
    client: {
      lagP50Seconds: 0.0001,
      lagP99Seconds: 0.001,
      latenessP99Seconds: 0.001,
      maxInFlight: 10,
      heldBack: 0,
    },
    server: null,
    observed: null,
    comparisons: [],
    suspects: [],
  };
}

export type Truth = readonly [decode: number, prefill: number, ttft: number];

/** What an engine would show whose parts take `truth` times what the model says. */
export function pointOf(requestsPerSecond: number, truth: Truth): Point {
  const observed: Observed = {
    requestsPerSecond,
    inputTokens: 4000,
    outputTokens: 300,
    cachedTokens: 0,
    tpotSeconds: 1,
    tpotRelativeError: 0.005,
    shortPrompts: { requests: 500, inputTokens: 1000, ttftSeconds: 1, relativeError: 0.01 },
    longPrompts: { requests: 500, inputTokens: 7000, ttftSeconds: 1, relativeError: 0.01 },
  };
  const load = { kind: 'open', requestsPerSecond, burstiness: 1 } as const;
  const played = predictedFigures(engineModel(SETUP), load, observed, truth.map(Math.log));
  return {
    ...blankPoint(load),
    observed: {
      ...observed,
      tpotSeconds: played.decode,
      shortPrompts: { ...observed.shortPrompts, ttftSeconds: played.ttft },
      longPrompts: { ...observed.longPrompts, ttftSeconds: played.ttft + played.prefill },
    },
  };
}

export const resultOf = (points: Point[], model = SETUP.model): BenchResult => ({
  schemaVersion: 1,
  kind: 'bench-result',
  startedAt: '2026-11-23T20:00:00.000Z',
  plan: { name: 'p', sha256: 'x', setup: { ...SETUP, model }, performanceData: FITTED_ON },
  target: { url: 'http://127.0.0.1:1/v1', model: 'm', api: 'chat', ignoreEos: true },
  demand: { name: 'd', seed: 1, tokensPerWord: 1, wrappingTokens: 0 },
  environment: { program: 'p', node: 'v20', platform: 'linux x64', cores: 2 },
  notes: [],
  points,
});

/** Three loads of an engine a fifth slower than predicted. */
export const RESULT = resultOf([0.1, 0.4, 0.8].map((rate) => pointOf(rate, [1.2, 1.2, 1.2])));
