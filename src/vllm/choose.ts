import { type Gpu, usableMemory } from '../hardware/gpus';
import type { Architecture } from '../models/architecture';
import { FAMILY } from '../models/architecture';
import type { Checkpoint } from '../models/checkpoints';
import { contextGiB } from './activation';
import { type BudgetInput, type MemoryBudget, memoryBudget } from './budget';
import type { Layout } from './layout';
import type { KvCacheDtype, SsmCacheDtype } from './pool';
import { batchDefaults, type Release } from './releases';

/** What an engine should hold. */
export interface EngineTarget {
  readonly architecture: Architecture;
  readonly checkpoint: Checkpoint;
  readonly layout: Layout;
  readonly gpu: Gpu;
  readonly release: Release;
  /** Longest prompt plus output. */
  readonly contextTokens: number;
  /** Sequences that should run at once; null for as many as the release's default, at most 256. */
  readonly wantedSequences: number | null;
  readonly vision: boolean;
  readonly mtpTokens: number;
  /** Default: the release's, but never together with MTP, which corrupts output (vllm#53912). */
  readonly prefixCaching?: boolean;
  readonly ssmCacheDtype?: SsmCacheDtype;
  /** `fallback` uses FP8 KV only where nothing else fits. */
  readonly kvCacheDtype: KvCacheDtype | 'fallback';
}

/** The settings to pass to vLLM and why. */
export interface EngineChoice {
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly kvCacheDtype: KvCacheDtype;
  readonly gpuMemoryUtilization: number;
  readonly prefixCaching: boolean;
  /** Left outside the ceiling, and how much of it late allocations and the CUDA context are expected to take. */
  readonly marginGiB: number;
  readonly marginNeededGiB: number;
  readonly reasons: Readonly<Record<ChosenSetting, string>>;
  readonly budget: MemoryBudget;
}

export type ChosenSetting =
  | 'maxModelLen'
  | 'maxNumSeqs'
  | 'maxNumBatchedTokens'
  | 'kvCacheDtype'
  | 'gpuMemoryUtilization';

export type EngineChoiceOutcome =
  | { readonly ok: true; readonly choice: EngineChoice }
  /** `budget` is null when the checkpoint's size is unknown. */
  | { readonly ok: false; readonly reason: string; readonly budget: MemoryBudget | null };

/** Kernels that allocate after the pool is filled: Triton autotune before 0.18's warm-up, FlashInfer workspaces since. */
const lateAllocationsGiB = (release: Release): number =>
  release.knownBugs.includes('gdn-autotune-out-of-memory') ? 2 : 1;

const MOST_UTILISATION = 0.95;
const USUAL_SEQUENCES = 256;
const FEWEST_SEQUENCES = 8;
const SMALL_BATCHED_TOKENS = 2048;
/** Share of the predicted blocks that `max-num-seqs` may use: vLLM refuses to start above the real number. */
const BLOCKS_SHARE = 0.95;

/** One combination that is tried; earlier ones cost less. */
interface Attempt {
  readonly utilisation: number;
  readonly sequences: number;
  readonly batchedTokens: number;
  readonly kvCacheDtype: KvCacheDtype;
}

/** `--gpu-memory-utilization`: the release's default, the highest that leaves late allocations room, and that room. */
export function utilisationsFor(
  release: Release,
  layout: Layout,
  usableGiB: number,
): { readonly usual: number; readonly highest: number; readonly neededGiB: number } {
  const neededGiB = lateAllocationsGiB(release) + contextGiB(layout);
  const highest = Math.min(MOST_UTILISATION, Math.floor((1 - neededGiB / usableGiB) * 100) / 100);
  return { usual: Math.min(release.gpuMemoryUtilizationDefault, highest), highest, neededGiB };
}

/**
 * Engine settings for a target context and load, each with its reason: the release's defaults where they fit, then
 * fewer sequences, smaller steps, a higher ceiling and, where allowed, FP8 KV cache, in that order.
 */
export function chooseEngineSettings(target: EngineTarget): EngineChoiceOutcome {
  const { release, gpu } = target;
  const usableGiB = usableMemory(gpu).gib;
  const defaults = batchDefaults(release, { id: gpu.id, usableGiB });
  const { usual, highest, neededGiB } = utilisationsFor(release, target.layout, usableGiB);
  const wanted = clamp(target.wantedSequences ?? USUAL_SEQUENCES, 1, defaults.maxNumSeqs);
  const dtype = target.kvCacheDtype === 'fallback' ? 'auto' : target.kvCacheDtype;

  const first: Attempt = {
    utilisation: usual,
    sequences: wanted,
    batchedTokens: defaults.maxNumBatchedTokens,
    kvCacheDtype: dtype,
  };
  const fewer = { ...first, sequences: Math.min(wanted, FEWEST_SEQUENCES) };
  const smaller = { ...fewer, batchedTokens: Math.min(first.batchedTokens, SMALL_BATCHED_TOKENS) };
  const attempts = [
    first,
    fewer,
    smaller,
    ...(highest > usual ? [{ ...smaller, utilisation: highest }] : []),
  ];
  if (target.kvCacheDtype === 'fallback')
    attempts.push(...attempts.map((attempt) => ({ ...attempt, kvCacheDtype: 'fp8' as const })));

  let failure: MemoryBudget | null = null;
  for (const attempt of attempts) {
    const tried = tryAttempt(target, attempt, usableGiB);
    if (tried === null)
      return { ok: false, reason: `the size of ${target.checkpoint.hfId} is not known`, budget: null };
    if (tried.budget.fits)
      return { ok: true, choice: explained(target, tried, { usual, neededGiB, wanted, defaults }) };
    failure = tried.budget;
  }
  return { ok: false, reason: failure?.reasons[0] ?? 'nothing fits', budget: failure };
}

const clamp = (value: number, low: number, high: number): number =>
  Math.max(low, Math.min(high, Math.floor(value)));

interface Tried extends Attempt {
  readonly budget: MemoryBudget;
  readonly prefixCaching: boolean;
}

/** The attempt, with sequences lowered to what the pool allows and steps raised to one block where that is asserted. */
function tryAttempt(target: EngineTarget, attempt: Attempt, usableGiB: number): Tried | null {
  const prefixCaching =
    target.prefixCaching ?? (target.release.hybridPrefixCachingDefault && target.mtpTokens === 0);
  let { sequences, batchedTokens } = attempt;
  const input = (): BudgetInput => ({
    architecture: target.architecture,
    checkpoint: target.checkpoint,
    layout: target.layout,
    usableGiB,
    gpuMemoryUtilization: attempt.utilisation,
    kvCacheDtype: attempt.kvCacheDtype,
    ssmCacheDtype: target.ssmCacheDtype ?? 'auto',
    prefixCaching,
    mtpTokens: target.mtpTokens,
    vision: target.vision,
    maxModelLen: target.contextTokens,
    maxNumSeqs: sequences,
    maxNumBatchedTokens: batchedTokens,
    release: target.release,
    computeCapability: target.gpu.computeCapability,
  });
  let budget = memoryBudget(input());
  if (budget === null) return null;
  if (
    target.release.blockMustNotExceedBatchedTokens &&
    prefixCaching &&
    budget.pool.blockTokens > batchedTokens
  ) {
    batchedTokens = budget.pool.blockTokens;
    budget = memoryBudget(input());
  }
  const limit = Math.max(1, Math.floor((budget?.poolBlocks ?? 0) * BLOCKS_SHARE));
  // Fewer sequences only leave more blocks, so one correction is enough.
  if (budget !== null && sequences > limit) {
    sequences = limit;
    budget = memoryBudget(input());
  }
  return budget === null ? null : { ...attempt, sequences, batchedTokens, budget, prefixCaching };
}

interface Ground {
  readonly usual: number;
  readonly neededGiB: number;
  readonly wanted: number;
  readonly defaults: { readonly maxNumSeqs: number; readonly maxNumBatchedTokens: number };
}

function explained(target: EngineTarget, tried: Tried, ground: Ground): EngineChoice {
  const { budget } = tried;
  return {
    maxModelLen: target.contextTokens,
    maxNumSeqs: tried.sequences,
    maxNumBatchedTokens: tried.batchedTokens,
    kvCacheDtype: tried.kvCacheDtype,
    gpuMemoryUtilization: tried.utilisation,
    prefixCaching: tried.prefixCaching,
    marginGiB: budget.marginGiB,
    marginNeededGiB: ground.neededGiB,
    reasons: {
      maxModelLen: contextReason(target.contextTokens),
      maxNumSeqs: sequencesReason(tried, ground),
      maxNumBatchedTokens: batchReason(tried, ground, target.release),
      kvCacheDtype: dtypeReason(target, tried),
      gpuMemoryUtilization: utilisationReason(target, tried, ground),
    },
    budget,
  };
}

const contextReason = (tokens: number): string =>
  tokens > FAMILY.maxPositionEmbeddings
    ? `the longest request; beyond ${FAMILY.maxPositionEmbeddings} tokens it needs YaRN, which also changes short requests`
    : 'the longest request; the start-up check guarantees room for one of this length';

function sequencesReason({ sequences, budget }: Tried, { wanted, defaults }: Ground): string {
  const pool = `the pool has ${budget.poolBlocks} blocks, and vLLM needs at least one a sequence`;
  if (sequences < wanted) return `${wanted} were wanted; ${pool}, and the sampler's profile grows with each`;
  return `what the load needs; ${pool} (the default of ${defaults.maxNumSeqs} takes more memory for the sampler)`;
}

function batchReason({ batchedTokens }: Tried, { defaults }: Ground, release: Release): string {
  if (batchedTokens === defaults.maxNumBatchedTokens)
    return `vLLM ${release.version}'s default on this GPU, stated because it depends on the GPU's name and memory`;
  return batchedTokens > defaults.maxNumBatchedTokens
    ? 'raised to one block, which this release asserts with prefix caching'
    : 'lowered, so that the profiled step leaves room for the KV cache';
}

function dtypeReason(target: EngineTarget, { kvCacheDtype }: Tried): string {
  if (kvCacheDtype === 'auto') return 'BF16, as the model was trained';
  return target.kvCacheDtype === 'fp8'
    ? 'asked for'
    : 'halves the KV cache; the context does not fit in BF16';
}

function utilisationReason(
  { release }: EngineTarget,
  { utilisation, budget }: Tried,
  { usual, neededGiB }: Ground,
): string {
  const margin = `${budget.marginGiB.toFixed(2)} GiB stay free; late allocations and the CUDA context take up to ${neededGiB.toFixed(1)}`;
  if (utilisation > usual) return `raised so that the context fits: ${margin}`;
  return utilisation < release.gpuMemoryUtilizationDefault
    ? `lowered from ${release.gpuMemoryUtilizationDefault}: ${margin}`
    : `vLLM ${release.version}'s default: ${margin}`;
}
