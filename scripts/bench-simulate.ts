/**
 * `npm run bench:simulate`: seconds and memory of simulated requests (mean 1,000 in, 300 out, one replica of
 * Qwen3.5-35B-A3B FP8 on an H100 at 70% of what it can serve), and whether cost grows linearly.
 */
import { getGpu } from '../src/hardware/gpus';
import { getModel } from '../src/models/registry';
import { FITTED } from '../src/performance/coefficients';
import { stepFeatures } from '../src/performance/features';
import type { SimulationConfig } from '../src/simulation/config';
import { saturationRequestsPerSecond, simulate } from '../src/simulation/simulate';
import { tensorParallelOnly } from '../src/vllm/layout';
import { poolLayout } from '../src/vllm/pool';

const { architecture } = getModel('Qwen3.5-35B-A3B');
const layout = poolLayout(architecture, {
  tensorParallel: 1,
  kvCacheDtype: 'auto',
  ssmCacheDtype: 'auto',
  prefixCaching: true,
  mtpTokens: 0,
});

const config = (requestsPerSecond: number, requests: number): SimulationConfig => ({
  features: stepFeatures(architecture, 'fp8', getGpu('H100'), tensorParallelOnly(1), {
    kvBytes: 2,
    mtpTokens: 0,
  }),
  coefficients: FITTED,
  pool: { blocks: 1500, layout },
  maxNumSeqs: 256,
  maxNumBatchedTokens: 8192,
  prefixCaching: true,
  mtpTokens: 0,
  replicas: 1,
  routing: 'least-outstanding',
  arrivals: { kind: 'poisson', requestsPerSecond },
  lengths: {
    kind: 'independent',
    input: { kind: 'lognormal', mean: 1000, p95: 2500 },
    output: { kind: 'lognormal', mean: 300, p95: 750 },
  },
  requests,
  seed: 1,
  slo: { ttftSeconds: 1, tpotSeconds: 0.05 },
});

const rate = 0.7 * saturationRequestsPerSecond(config(1, 1));
process.stdout.write(`rate ${rate.toFixed(2)} requests/s\n`);
for (const requests of [62_500, 125_000, 250_000, 500_000, 1_000_000]) {
  const start = process.hrtime.bigint();
  const { utilisation, ttftSeconds } = simulate(config(rate, requests));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(
    `${requests} requests: ${seconds.toFixed(2)} s, ${((seconds / requests) * 1e6).toFixed(2)} us each, peak ${peakMiB.toFixed(0)} MiB, utilisation ${utilisation.toFixed(2)}, TTFT p95 ${ttftSeconds.p95.toFixed(3)} s\n`,
  );
}
