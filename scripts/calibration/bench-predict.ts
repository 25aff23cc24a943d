/** Times one prediction, warm: `npm run bench:predict`. The planner makes thousands of them. */
import { getGpu } from '../../src/hardware/gpus';
import { getModel } from '../../src/models/registry';
import { coefficientsFor, FITTED } from '../../src/performance/coefficients';
import { stepFeatures } from '../../src/performance/features';
import type { Arrivals, Load } from '../../src/performance/load';
import { percentile95 } from '../../src/performance/percentile';
import { predict } from '../../src/performance/prediction';
import { type Layout, tensorParallelOnly } from '../../src/vllm/layout';
import { nanosecondsPerCall } from '../nanoseconds-per-call';

const LIMIT_MICROS = 100;
const CALLS = 20_000;

const model = getModel('Qwen3.5-35B-A3B');
const featuresOf = (layout: Layout) =>
  stepFeatures(model.architecture, 'fp8', getGpu('H200'), layout, { kvBytes: 2, mtpTokens: 0 });
const features = featuresOf(tensorParallelOnly(2));
const ranks = featuresOf({
  tensorParallel: 1,
  pipelineParallel: 1,
  dataParallel: 8,
  expertParallel: true,
});
const coefficients = coefficientsFor(FITTED, model.name, 'H200');
const predictAt = (
  arrivals: Arrivals,
  inputTokens: number,
  of = features,
  lengths: Partial<Load> = {},
): number =>
  predict(
    of,
    coefficients,
    { arrivals, inputTokens, outputTokens: 512, maxBatch: 256, maxNumBatchedTokens: 8192, ...lengths },
    'measured',
    false,
  ).tpotSeconds.expected;

const percentilesAt = (i: number, cache: Partial<Load>, of = features): number => {
  const p = percentile95(
    of,
    coefficients,
    {
      arrivals: { kind: 'open', requestsPerSecond: 1 + (i % 8), spacing: 'poisson' },
      inputTokens: 1000 + (i % 997),
      outputTokens: 512,
      maxBatch: 256,
      maxNumBatchedTokens: 8192,
      ...cache,
    },
    { inputP95Tokens: 3000, outputP95Tokens: 1200 },
  );
  // Each is computed when it is read.
  return p.ttftP95Seconds + p.tpotP95Seconds;
};
const CONVERSATIONS = {
  blockTokens: 544,
  cachedTokens: 544,
  history: { share: 0.6, ofPrompt: 0.8, lessTokens: 200 },
};

const VARYING = { inputVariation: 0.6, outputVariation: 0.6 };

const cases: readonly [string, (i: number) => number][] = [
  ['closed loop', (i) => predictAt({ kind: 'closed', concurrency: 1 + (i % 200) }, 1000 + (i % 997))],
  [
    '… of varying lengths',
    (i) => predictAt({ kind: 'closed', concurrency: 1 + (i % 200) }, 1000 + (i % 997), features, VARYING),
  ],
  [
    'open loop',
    (i) => predictAt({ kind: 'open', requestsPerSecond: 1 + (i % 8), spacing: 'poisson' }, 1000 + (i % 997)),
  ],
  [
    'open loop, eight ranks',
    (i) =>
      predictAt(
        { kind: 'open', requestsPerSecond: 1 + (i % 8), spacing: 'poisson' },
        1000 + (i % 997),
        ranks,
      ),
  ],
  ['open loop, 95th percentiles of varying lengths', (i) => percentilesAt(i, {})],
  ['… at eight ranks', (i) => percentilesAt(i, {}, ranks)],
  ['… of which some find their conversation', (i) => percentilesAt(i, CONVERSATIONS)],
];
for (const [name, call] of cases) {
  const micros = nanosecondsPerCall(CALLS, call) / 1000;
  console.log(`${name}: ${micros.toFixed(1)} µs a prediction (limit ${LIMIT_MICROS} µs)`);
  if (micros > LIMIT_MICROS) process.exitCode = 1;
}
