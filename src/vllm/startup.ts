import { blocksPerSequence, type PoolLayout } from './pool';
import type { Release } from './releases';

/** What was asked for; the same figures as the budget's input. */
export interface StartupRequest {
  readonly gpuMemoryUtilization: number;
  readonly usableGiB: number;
  readonly prefixCaching: boolean;
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly fixedKvCacheGiB?: number | null;
}

/** What the accounting found; `kvCacheGiB` is negative by what is missing. */
export interface StartupMemory {
  readonly pool: PoolLayout;
  readonly blocks: number;
  readonly weightsGiB: number;
  readonly adaptersGiB: number;
  readonly kvCacheGiB: number;
  readonly requestedGiB: number;
  readonly marginGiB: number;
}

const gib = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} GiB`;

/**
 * Why this engine would not start, or would start and not serve one sequence of the full length; empty when it does
 * both. The checks are the release's own, except that the null block is always held back: releases before 0.29
 * started with exactly one sequence's blocks and could then never run it.
 */
export function startupProblems(
  request: StartupRequest,
  release: Release,
  memory: StartupMemory,
  contextGiB: number,
): string[] {
  const problems: string[] = [];
  if (typeof request.fixedKvCacheGiB !== 'number') {
    const ceiling = ceilingProblem(request, memory, contextGiB);
    if (ceiling !== null) problems.push(ceiling);
  }
  if (memory.kvCacheGiB <= 0) {
    problems.push(
      `weights ${gib(memory.weightsGiB)}${adaptersText(memory)} and work space leave no KV cache in ${gib(memory.requestedGiB)}: ${gib(-memory.kvCacheGiB)} are missing`,
    );
    return problems;
  }
  const sequence = sequenceProblem(request, memory);
  if (sequence !== null) problems.push(sequence);
  const batch = batchProblem(request, release, memory);
  if (batch !== null) problems.push(batch);
  return problems;
}

const adaptersText = ({ adaptersGiB }: StartupMemory): string =>
  adaptersGiB > 0 ? `, LoRA adapters ${gib(adaptersGiB)}` : '';

/** The ceiling must be free at start, and graphs that old releases capture above it must find room. */
function ceilingProblem(request: StartupRequest, memory: StartupMemory, contextGiB: number): string | null {
  const { usableGiB, gpuMemoryUtilization } = request;
  if (usableGiB - memory.requestedGiB < contextGiB - 1e-9) {
    const highest = Math.floor((1 - contextGiB / usableGiB) * 100) / 100;
    return `utilisation ${gpuMemoryUtilization} asks for ${gib(memory.requestedGiB)}, but about ${gib(usableGiB - contextGiB)} of ${gib(usableGiB)} are free at start: ${highest} is the most`;
  }
  return memory.marginGiB < 0
    ? `CUDA graphs do not fit above the ceiling: ${gib(-memory.marginGiB)} are missing; lower the utilisation`
    : null;
}

/** Whether one sequence of the full length finds blocks; why not, where it does not. */
export function sequenceProblem(
  { maxModelLen }: Pick<StartupRequest, 'maxModelLen'>,
  { pool, blocks, kvCacheGiB }: Pick<StartupMemory, 'pool' | 'blocks' | 'kvCacheGiB'>,
): string | null {
  const needed = blocksPerSequence(pool, maxModelLen);
  if (blocks - 1 >= needed) return null;
  const longest = (blocks - 1 - pool.fixedBlocksPerSequence) * pool.blockTokens;
  const neededGiB = ((needed + 1) * pool.poolBlockBytes) / 2 ** 30;
  const instead =
    longest > 0 ? `${longest} tokens is the longest that fits` : 'not even one block of a sequence fits';
  return `one sequence of ${maxModelLen} tokens needs ${gib(neededGiB)} of KV cache, ${gib(kvCacheGiB)} are left: ${instead}`;
}

/** 0.17 crashes, 0.18 and 0.19 drop the graphs above the pool with a warning, 0.20 and later refuse to start. */
function batchProblem(
  request: StartupRequest,
  release: Release,
  { pool, blocks }: StartupMemory,
): string | null {
  const { maxNumSeqs, maxNumBatchedTokens } = request;
  if (maxNumSeqs > maxNumBatchedTokens) {
    return `max-num-batched-tokens ${maxNumBatchedTokens} must be at least max-num-seqs ${maxNumSeqs}`;
  }
  if (maxNumSeqs > blocks && (release.maxNumSeqsMustNotExceedBlocks || capturesPastThePool(release))) {
    const what = release.maxNumSeqsMustNotExceedBlocks ? 'refuses to start' : 'crashes';
    return `max-num-seqs ${maxNumSeqs} exceeds the ${blocks} blocks of the pool; vLLM ${release.version} ${what}: at most ${blocks}`;
  }
  if (
    release.blockMustNotExceedBatchedTokens &&
    request.prefixCaching &&
    pool.blockTokens > maxNumBatchedTokens
  ) {
    return `vLLM ${release.version} with prefix caching needs max-num-batched-tokens of at least one block, ${pool.blockTokens} tokens (it is ${maxNumBatchedTokens})`;
  }
  return null;
}

/** 0.17 captures graphs of sizes past the pool and reads outside the states (vllm#34094). */
const capturesPastThePool = (release: Release): boolean => release.maxNumSeqsCheck.startsWith('none');
