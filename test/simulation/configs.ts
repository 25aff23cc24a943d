import { getGpu } from '../../src/hardware/gpus';
import { getModel } from '../../src/models/registry';
import { FITTED } from '../../src/performance/coefficients';
import { stepFeatures } from '../../src/performance/features';
import type { SimulatedLengths, SimulationConfig } from '../../src/simulation/config';
import { tensorParallelOnly } from '../../src/vllm/layout';
import { poolLayout } from '../../src/vllm/pool';

export const fixedLengths = (input: number, output: number): SimulatedLengths => ({
  kind: 'independent',
  input: { kind: 'fixed', tokens: input },
  output: { kind: 'fixed', tokens: output },
});

export interface EngineChoice {
  readonly prefixCaching?: boolean;
  readonly mtpTokens?: number;
}

/** Qwen3.5-35B-A3B FP8 on one H100. */
export function configOf(
  { prefixCaching = true, mtpTokens = 0 }: EngineChoice,
  changes: Partial<SimulationConfig> = {},
): SimulationConfig {
  const { architecture } = getModel('Qwen3.5-35B-A3B');
  return {
    features: stepFeatures(architecture, 'fp8', getGpu('H100'), tensorParallelOnly(1), {
      kvBytes: 2,
      mtpTokens,
    }),
    coefficients: FITTED,
    pool: {
      blocks: 1500,
      layout: poolLayout(architecture, {
        tensorParallel: 1,
        kvCacheDtype: 'auto',
        ssmCacheDtype: 'auto',
        prefixCaching,
        mtpTokens,
      }),
    },
    maxNumSeqs: 256,
    maxNumBatchedTokens: 8192,
    prefixCaching,
    mtpTokens,
    replicas: 1,
    routing: 'least-outstanding',
    arrivals: { kind: 'poisson', requestsPerSecond: 5 },
    lengths: fixedLengths(1000, 300),
    requests: 2000,
    seed: 1,
    slo: null,
    ...changes,
  };
}
