import { type Command, Option } from 'commander';
import { quote, UserError } from '../../errors';
import { usableMemory } from '../../hardware/gpus';
import { precisionSupport } from '../../hardware/precision';
import { CHECKPOINT_KEYS } from '../../models/checkpoints';
import { forTask, MTP_TASKS, type MtpTask } from '../../performance/acceptance';
import type { Calibration } from '../../performance/calibration';
import { FITTED } from '../../performance/coefficients';
import { type GroundedEngine, groundedEngine } from '../../performance/grounded-engine';
import { type MemoryBudget, memoryBudget } from '../../vllm/budget';
import { KV_CACHE_DTYPES, type KvCacheDtype } from '../../vllm/pool';
import { batchDefaults, LATEST_RELEASE } from '../../vllm/releases';
import { contextProblem } from '../../vllm/validity';
import { LIMITS } from '../../workload/workload';
import { type CalibrationOptions, calibrationOption, oneCalibration } from '../calibration-flag';
import { numberFlag, optional, wholeFlag } from '../number-flags';
import { type AdapterOptions, adapterRoomOf, addAdapterFlags } from './adapter-flags';
import { engineNotes } from './engine-notes';
import { type NamedEngine, type NamedEngineOptions, namedEngine } from './named-engine';

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

/** One engine replica, resolved: every default filled in, known to start. */
export interface EngineSetup extends GroundedEngine, NamedEngine {
  readonly kvCacheDtype: KvCacheDtype;
  readonly mtpTokens: number;
  readonly prefixCaching: boolean;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly budget: MemoryBudget;
  /** What the coefficients were corrected by; null without `--calibration`. */
  readonly calibration: Calibration | null;
  /** What a reader must know to use the figures, a sentence each. */
  readonly notes: readonly string[];
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

/** What an engine must be able to do. */
export interface EngineDemand {
  /** Longest prompt plus output. */
  readonly longestTokens: number;
  /** Above 0 switches prefix caching on, whatever the release's default. */
  readonly prefixHitRate: number;
  /** Whether the vision tower is loaded. */
  readonly vision?: boolean;
}

/**
 * The engine that flags describe.
 * @throws UserError when a name is unknown, the split is impossible or the engine would not start
 */
export function engineOf(options: EngineOptions, demand: EngineDemand): EngineSetup {
  const { model, checkpoint, gpu, release, layout } = namedEngine(options);
  const adapters = adapterRoomOf(options, { release, layout });
  const support = precisionSupport(gpu, checkpoint.key);
  if (support.how === 'impossible')
    throw new UserError(`${checkpoint.key} does not run on ${gpu.id}: ${support.reason}`);
  const tooLong = contextProblem(demand.longestTokens);
  if (tooLong !== null) throw new UserError(`prompt and output together: ${tooLong}`);
  const kvCacheDtype = kvCacheDtypeOf(options.kvCacheDtype);
  const mtpTokens = wholeFlag('--mtp', options.mtp, { min: 0, max: 16 });
  const { mtpTask = 'mixed' } = options;
  if (options.mtpTask !== undefined && mtpTokens === 0)
    throw new UserError(`--mtp-task ${mtpTask} goes with --mtp: without drafts none can be right`);
  const usableGiB = usableMemory(gpu).gib;
  const defaults = batchDefaults(release, { id: gpu.id, usableGiB });
  // Drafts and cached prefixes together corrupt output (vllm#53912): only when asked for.
  const prefixCaching = demand.prefixHitRate > 0 || (release.hybridPrefixCachingDefault && mtpTokens === 0);
  const maxNumBatchedTokens =
    optional(options.maxNumBatchedTokens, (text) =>
      wholeFlag('--max-num-batched-tokens', text, { min: 1, max: 1_048_576 }),
    ) ?? defaults.maxNumBatchedTokens;
  const askedSeqs = optional(options.maxNumSeqs, (text) =>
    wholeFlag('--max-num-seqs', text, { min: 1, max: 65_536 }),
  );

  const budgetWith = (maxNumSeqs: number): MemoryBudget => {
    const budget = memoryBudget({
      architecture: model.architecture,
      checkpoint,
      layout,
      usableGiB,
      gpuMemoryUtilization: release.gpuMemoryUtilizationDefault,
      kvCacheDtype,
      ssmCacheDtype: 'auto',
      prefixCaching,
      mtpTokens,
      vision: demand.vision ?? false,
      adapters,
      maxModelLen: demand.longestTokens,
      maxNumSeqs,
      maxNumBatchedTokens,
      release,
      computeCapability: gpu.computeCapability,
    });
    if (budget === null)
      throw new UserError(`the size of ${checkpoint.hfId} is not known, so its memory cannot be divided`);
    return budget;
  };
  let maxNumSeqs = askedSeqs ?? defaults.maxNumSeqs;
  let budget = budgetWith(maxNumSeqs);
  // vLLM refuses more sequences than blocks; a default gives way, a flag does not.
  if (askedSeqs === null && budget.maxNumSeqsLimit > 0 && budget.maxNumSeqsLimit < maxNumSeqs) {
    maxNumSeqs = budget.maxNumSeqsLimit;
    budget = budgetWith(maxNumSeqs);
  }
  if (!budget.fits) {
    throw new UserError(
      `${model.name} ${checkpoint.key} does not fit ${gpu.id} at TP ${layout.tensorParallel}: ${budget.reasons.join('; ')}`,
    );
  }
  const calibration = oneCalibration(options, model.name, gpu.id, release.version);
  const grounded = groundedEngine(FITTED, calibration === null ? [] : [calibration], {
    model,
    gpu,
    layout,
    kvCacheDtype,
    mtpTokens,
    release,
    maxNumBatchedTokens,
    checkpoint: checkpoint.key,
    adapters,
  });
  const { features } = grounded;
  return {
    ...grounded,
    coefficients: forTask(grounded.coefficients, mtpTask, mtpTokens),
    calibration,
    model,
    checkpoint,
    gpu,
    layout,
    release,
    kvCacheDtype,
    mtpTokens,
    prefixCaching,
    maxNumSeqs,
    maxNumBatchedTokens,
    budget,
    notes: engineNotes(
      {
        checkpoint: checkpoint.key,
        gpu,
        moe: model.architecture.moe,
        layout,
        release,
        features,
        adapters,
        mtpTokens,
      },
      demand.longestTokens,
    ),
  };
}

function kvCacheDtypeOf(text: string): KvCacheDtype {
  const dtype = KV_CACHE_DTYPES.find((known) => known === text);
  if (dtype) return dtype;
  throw new UserError(`--kv-cache-dtype: ${quote(text)} is not one of ${KV_CACHE_DTYPES.join(', ')}`);
}
