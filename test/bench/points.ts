import type { BenchLoad, Point, Setup } from '../../src/bench/result';

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
