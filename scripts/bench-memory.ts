/** Times one full memory budget, warm: `npm run bench:memory`. The planner makes hundreds of thousands of them. */
import { findCheckpoint, getModel } from '../src/models/registry';
import { type BudgetInput, memoryBudget } from '../src/vllm/budget';
import { LATEST_RELEASE } from '../src/vllm/releases';
import { nanosecondsPerCall } from './nanoseconds-per-call';

const LIMIT_NANOSECONDS = 50_000;
const CALLS = 200_000;

const input = (modelName: string, pipelineParallel: number): BudgetInput => {
  const model = getModel(modelName);
  const checkpoint = findCheckpoint(model, 'fp8');
  if (!checkpoint) throw new Error(`${modelName} has no FP8 checkpoint`);
  return {
    architecture: model.architecture,
    checkpoint,
    layout: { tensorParallel: 4, pipelineParallel, dataParallel: 1, expertParallel: false },
    usableGiB: 79.2,
    gpuMemoryUtilization: 0.92,
    kvCacheDtype: 'auto',
    ssmCacheDtype: 'auto',
    prefixCaching: true,
    mtpTokens: 0,
    vision: true,
    maxModelLen: 32_768,
    maxNumSeqs: 128,
    maxNumBatchedTokens: 8192,
    release: LATEST_RELEASE,
    computeCapability: 9,
  };
};

/** A fixed piece of arithmetic, so that figures of different machines compare. */
const baseline = (i: number): number => {
  let sum = 0;
  for (let k = 1; k <= 1000; k++) sum += Math.sqrt(i + k);
  return sum;
};

function main(): void {
  const reference = nanosecondsPerCall(CALLS, baseline);
  console.log(`baseline (1,000 square roots)      ${reference.toFixed(0).padStart(7)} ns`);
  const cases: readonly [string, BudgetInput][] = [
    ['27B FP8 TP 4', input('Qwen3.5-27B', 1)],
    ['122B-A10B FP8 TP 4', input('Qwen3.5-122B-A10B', 1)],
    ['397B-A17B FP8 TP 4 PP 4', input('Qwen3.5-397B-A17B', 4)],
  ];
  for (const [name, base] of cases) {
    const time = nanosecondsPerCall(
      CALLS,
      (i) => memoryBudget({ ...base, maxNumSeqs: 1 + (i % 64) })?.poolBlocks ?? 0,
    );
    console.log(
      `memoryBudget ${name.padEnd(24)} ${time.toFixed(0).padStart(5)} ns, ${(time / reference).toFixed(2)} baselines`,
    );
    if (time > LIMIT_NANOSECONDS) process.exitCode = 1;
  }
}

main();
