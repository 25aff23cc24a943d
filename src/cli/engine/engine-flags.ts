import { type Command, Option } from 'commander';
import { UserError } from '../../errors';
import { CHECKPOINT_KEYS } from '../../models/checkpoints';
import { MTP_TASKS, type MtpTask } from '../../performance/acceptance';
import { KV_CACHE_DTYPES } from '../../vllm/pool';
import { LATEST_RELEASE } from '../../vllm/releases';
import { LIMITS } from '../../workload/workload';
import { type CalibrationOptions, calibrationOption } from '../calibration-flag';
import { numberFlag, optional, wholeFlag } from '../number-flags';
import { type AdapterOptions, addAdapterFlags } from './adapter-flags';
import type { NamedEngineOptions } from './named-engine';

/** What `predict` and `simulate` are told about one engine, as Commander hands it over. */
export interface EngineOptions extends NamedEngineOptions, AdapterOptions, CalibrationOptions {
  readonly mtp: string;
  readonly mtpTask?: MtpTask;
  readonly maxNumSeqs?: string;
  readonly maxNumBatchedTokens?: string;
  readonly kvCacheDtype: string;
}

/** What they are told about the load. */
export interface LoadOptions {
  readonly isl?: string;
  readonly osl?: string;
  readonly concurrency?: string;
  readonly rate?: string;
  readonly prefixHitRate: string;
}

/** The load as flags give it; `null` where a flag was not given. */
export interface FlagLoad {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly concurrency: number | null;
  readonly requestsPerSecond: number | null;
  /** Share of every prompt that is in the prefix cache, before rounding to whole blocks; 0 to below 1. */
  readonly prefixHitRate: number;
}

/** Adds the flags that describe an engine and a load. */
export function addEngineFlags(command: Command): Command {
  return addAdapterFlags(command)
    .requiredOption('--model <name>', 'model, for example Qwen3.5-35B-A3B')
    .requiredOption('--checkpoint <key>', `precision: ${CHECKPOINT_KEYS.join(', ')}`)
    .requiredOption('--gpu <id>', 'GPU, for example H100 or L40S')
    .option('--tp <n>', 'tensor parallelism', '1')
    .option('--dp <n>', 'data-parallel ranks inside one engine', '1')
    .option('--pp <n>', 'pipeline stages', '1')
    .option('--ep', 'expert parallelism')
    .option('--isl <tokens>', 'prompt length')
    .option('--osl <tokens>', 'output length')
    .addOption(
      new Option(
        '--concurrency <n>',
        'clients that each send the next request when the last one ends',
      ).conflicts('rate'),
    )
    .option('--rate <rps>', 'requests per second')
    .option('--mtp <tokens>', 'draft tokens per step', '0')
    .addOption(
      new Option(
        '--mtp-task <task>',
        'what is written, which decides how often drafts are right (default: mixed)',
      ).choices(MTP_TASKS),
    )
    .option('--prefix-hit-rate <share>', 'share of every prompt in the prefix cache, below 1', '0')
    .option('--max-num-seqs <n>', "sequences at once (default: vLLM's for this GPU)")
    .option('--max-num-batched-tokens <n>', "token budget of a step (default: vLLM's for this GPU)")
    .option('--kv-cache-dtype <dtype>', KV_CACHE_DTYPES.join(' or '), 'auto')
    .option('--vllm <version>', `vLLM release (default ${LATEST_RELEASE.version})`)
    .addOption(calibrationOption());
}

/** @throws UserError for a length, rate or share that makes no sense */
export function loadOf(options: LoadOptions): FlagLoad {
  const prefixHitRate = numberFlag('--prefix-hit-rate', options.prefixHitRate, { min: 0, max: 1 });
  if (prefixHitRate === 1)
    throw new UserError(
      '--prefix-hit-rate: the last token of a prompt is never cached; give a share below 1',
    );
  return {
    inputTokens: optional(options.isl, (text) => wholeFlag('--isl', text, { min: 1, max: LIMITS.tokens })),
    outputTokens: optional(options.osl, (text) => wholeFlag('--osl', text, { min: 1, max: LIMITS.tokens })),
    concurrency: optional(options.concurrency, (text) =>
      wholeFlag('--concurrency', text, { min: 1, max: 1e6 }),
    ),
    requestsPerSecond: optional(options.rate, (text) =>
      numberFlag('--rate', text, { above: 0, max: LIMITS.requestsPerSecond }),
    ),
    prefixHitRate,
  };
}
