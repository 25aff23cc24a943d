import { type Command, Option } from 'commander';
import { quote, UserError } from '../../errors';
import { GPUS, usableMemory } from '../../hardware/gpus';
import { precisionSupport } from '../../hardware/precision';
import { FAMILY } from '../../models/architecture';
import { CHECKPOINT_KEYS } from '../../models/checkpoints';
import type { BudgetInput } from '../../vllm/budget';
import { KV_CACHE_DTYPES, SSM_CACHE_DTYPES, type SsmCacheDtype } from '../../vllm/pool';
import { batchDefaults, LATEST_RELEASE, type Release } from '../../vllm/releases';
import { contextProblem } from '../../vllm/validity';
import { numberFlag, optional, wholeFlag } from '../number-flags';
import { type NamedEngine, type NamedEngineOptions, namedEngine } from './named-engine';

/** Flags of `memory` and `vllm-args`, as Commander hands them over. */
export interface VllmOptions extends NamedEngineOptions {
  readonly kvCacheDtype: string;
  readonly ssmCacheDtype: string;
  readonly prefixCaching?: string;
  readonly mtp: string;
  readonly languageModelOnly?: boolean;
  readonly blockSize?: string;
  readonly maxModelLen?: string;
  readonly maxNumSeqs?: string;
  readonly maxNumBatchedTokens?: string;
  readonly gpuMemoryUtilization?: string;
  readonly gpuMemoryGib?: string;
  readonly kvCacheGib?: string;
}

/** One engine on one kind of GPU, every default filled in. */
export interface VllmSetup extends Omit<NamedEngine, 'layout'> {
  readonly usableEvidence: string;
  readonly input: BudgetInput & { readonly release: Release };
  /** Which settings the user gave rather than left to vLLM. */
  readonly given: {
    readonly maxNumSeqs: boolean;
    readonly gpuMemoryUtilization: boolean;
    readonly maxNumBatchedTokens: boolean;
  };
}

/** Adds the flags; `--gpu` and the rest follow the names of vLLM's own where it has them. */
export function addVllmFlags(command: Command, { required }: { readonly required: boolean }): Command {
  const needed = (flags: string, help: string): Option =>
    new Option(flags, help).makeOptionMandatory(required);
  return command
    .addOption(needed('--model <name>', 'model, for example Qwen3.5-35B-A3B'))
    .addOption(needed('--checkpoint <key>', `precision: ${CHECKPOINT_KEYS.join(', ')}`))
    .addOption(needed('--gpu <id>', `GPU: ${GPUS.map(({ id }) => id).join(', ')}`))
    .option('--tp <n>', 'tensor parallelism', '1')
    .option('--pp <n>', 'pipeline stages', '1')
    .option('--dp <n>', 'data-parallel ranks inside one engine', '1')
    .option('--ep', 'expert parallelism')
    .option('--kv-cache-dtype <dtype>', KV_CACHE_DTYPES.join(', '), 'auto')
    .option('--ssm-cache-dtype <dtype>', `GDN states: ${SSM_CACHE_DTYPES.join(', ')}`, 'auto')
    .option('--prefix-caching <on|off>', "prefix caching (default: the release's)")
    .option('--mtp <tokens>', 'draft tokens per step', '0')
    .option('--language-model-only', 'text only: no vision tower')
    .option('--block-size <tokens>', 'attention block, a multiple of 16 (default: left to vLLM)')
    .option(
      '--max-model-len <tokens>',
      `longest sequence (default ${FAMILY.maxPositionEmbeddings}, at most ${FAMILY.extendedContext})`,
    )
    .option('--max-num-seqs <n>', "sequences at once (default: vLLM's for this GPU)")
    .option('--max-num-batched-tokens <n>', "token budget of a step (default: vLLM's for this GPU)")
    .option('--gpu-memory-utilization <share>', "ceiling, above 0 and at most 1 (default: the release's)")
    .option('--gpu-memory-gib <gib>', "memory CUDA reports, instead of the GPU's")
    .option('--kv-cache-gib <gib>', 'KV cache per GPU, instead of what is left')
    .option('--vllm <version>', `vLLM release (default ${LATEST_RELEASE.version})`);
}

/**
 * The engine that flags describe.
 * @throws UserError for an unknown name, a number out of bounds, a split or context that cannot be served
 */
export function vllmSetupOf(options: VllmOptions): VllmSetup {
  const { model, checkpoint, gpu, release, layout } = namedEngine(options);

  const usable = usableMemory(gpu);
  const usableGiB =
    optional(options.gpuMemoryGib, (text) =>
      numberFlag('--gpu-memory-gib', text, { above: 0, max: 10_000 }),
    ) ?? usable.gib;
  const maxModelLen = contextOf(options.maxModelLen);
  const defaults = batchDefaults(release, { id: gpu.id, usableGiB });
  const askedSeqs = optional(options.maxNumSeqs, (text) =>
    wholeFlag('--max-num-seqs', text, { min: 1, max: 1_048_576 }),
  );
  const askedBatch = optional(options.maxNumBatchedTokens, (text) =>
    wholeFlag('--max-num-batched-tokens', text, { min: 1, max: 16_777_216 }),
  );
  // vLLM lowers its own defaults to each other (get_batch_defaults), never what the user gave.
  const maxNumBatchedTokens =
    askedBatch ?? Math.min(defaults.maxNumBatchedTokens, (askedSeqs ?? defaults.maxNumSeqs) * maxModelLen);
  const maxNumSeqs = askedSeqs ?? Math.min(defaults.maxNumSeqs, maxNumBatchedTokens);
  const utilisation = optional(options.gpuMemoryUtilization, (text) =>
    numberFlag('--gpu-memory-utilization', text, { above: 0, max: 1 }),
  );
  return {
    model,
    checkpoint,
    gpu,
    release,
    usableEvidence: options.gpuMemoryGib === undefined ? `${usable.evidence}: ${usable.source}` : 'given',
    given: {
      maxNumSeqs: askedSeqs !== null,
      gpuMemoryUtilization: utilisation !== null,
      maxNumBatchedTokens: askedBatch !== null,
    },
    input: {
      architecture: model.architecture,
      checkpoint,
      layout,
      usableGiB,
      gpuMemoryUtilization: utilisation ?? release.gpuMemoryUtilizationDefault,
      kvCacheDtype: oneOf('--kv-cache-dtype', options.kvCacheDtype, KV_CACHE_DTYPES),
      ssmCacheDtype: ssmDtypeOf(options.ssmCacheDtype, release),
      prefixCaching: cachingOf(options.prefixCaching, release),
      mtpTokens: wholeFlag('--mtp', options.mtp, { min: 0, max: 16 }),
      vision: !options.languageModelOnly,
      maxModelLen,
      maxNumSeqs,
      maxNumBatchedTokens,
      release,
      computeCapability: gpu.computeCapability,
      userBlockSize: optional(options.blockSize, blockSizeOf),
      fixedKvCacheGiB: optional(options.kvCacheGib, (text) =>
        numberFlag('--kv-cache-gib', text, { above: 0, max: 10_000 }),
      ),
    },
  };
}

/** Why the GPU cannot run the checkpoint at any size, or null. */
export function precisionProblem({ gpu, checkpoint }: VllmSetup): string | null {
  const support = precisionSupport(gpu, checkpoint.key);
  return support.how === 'impossible' ? support.reason : null;
}

function contextOf(text: string | undefined): number {
  if (text === undefined) return FAMILY.maxPositionEmbeddings;
  const tokens = wholeFlag('--max-model-len', text, { min: 1, max: Number.MAX_SAFE_INTEGER });
  const problem = contextProblem(tokens);
  if (problem !== null) throw new UserError(`--max-model-len: ${problem}`);
  return tokens;
}

function blockSizeOf(text: string): number {
  const tokens = wholeFlag('--block-size', text, { min: 16, max: 1_048_576 });
  if (tokens % 16 !== 0)
    throw new UserError(
      `--block-size: ${quote(text)} is not a multiple of 16, which the attention kernels need`,
    );
  return tokens;
}

function oneOf<T extends string>(flag: string, text: string, allowed: readonly T[]): T {
  const value = allowed.find((candidate) => candidate === text);
  if (value !== undefined) return value;
  throw new UserError(`${flag}: ${quote(text)} is not one of ${allowed.join(', ')}`);
}

function ssmDtypeOf(text: string, release: Release): SsmCacheDtype {
  const dtype = oneOf('--ssm-cache-dtype', text, SSM_CACHE_DTYPES);
  const choices = release.flagChoices['--mamba-ssm-cache-dtype'] ?? SSM_CACHE_DTYPES;
  if (choices.includes(dtype)) return dtype;
  throw new UserError(
    `--ssm-cache-dtype: vLLM ${release.version} does not take ${dtype}; it takes ${choices.join(', ')}`,
  );
}

function cachingOf(text: string | undefined, release: Release): boolean {
  return text === undefined
    ? release.hybridPrefixCachingDefault
    : oneOf('--prefix-caching', text, ['on', 'off']) === 'on';
}
