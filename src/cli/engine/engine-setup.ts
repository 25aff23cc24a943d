import { quote, UserError } from '../../errors';
import { usableMemory } from '../../hardware/gpus';
import { precisionSupport } from '../../hardware/precision';
import { forTask } from '../../performance/acceptance';
import type { Calibration } from '../../performance/calibration';
import { FITTED } from '../../performance/coefficients';
import { type GroundedEngine, groundedEngine } from '../../performance/grounded-engine';
import { type BudgetInput, type MemoryBudget, memoryBudget } from '../../vllm/budget';
import { KV_CACHE_DTYPES, type KvCacheDtype } from '../../vllm/pool';
import { batchDefaults } from '../../vllm/releases';
import { contextProblem } from '../../vllm/validity';
import { oneCalibration } from '../calibration-flag';
import { optional, wholeFlag } from '../number-flags';
import { adapterRoomOf } from './adapter-flags';
import type { EngineOptions } from './engine-flags';
import { engineNotes } from './engine-notes';
import { type NamedEngine, namedEngine } from './named-engine';

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
  const named = namedEngine(options);
  const { model, checkpoint, gpu, release, layout } = named;
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
  // Drafts and cached prefixes together corrupt output (vllm#53912): only when asked for.
  const prefixCaching = demand.prefixHitRate > 0 || (release.hybridPrefixCachingDefault && mtpTokens === 0);
  const batch = startedBatch(options, named, {
    kvCacheDtype,
    prefixCaching,
    mtpTokens,
    vision: demand.vision ?? false,
    adapters,
    maxModelLen: demand.longestTokens,
  });
  const calibration = oneCalibration(options, model.name, gpu.id, release.version);
  const grounded = groundedEngine(FITTED, calibration === null ? [] : [calibration], {
    model,
    gpu,
    layout,
    kvCacheDtype,
    mtpTokens,
    release,
    maxNumBatchedTokens: batch.maxNumBatchedTokens,
    checkpoint: checkpoint.key,
    adapters,
  });
  const { features } = grounded;
  return {
    ...grounded,
    ...named,
    ...batch,
    coefficients: forTask(grounded.coefficients, mtpTask, mtpTokens),
    calibration,
    kvCacheDtype,
    mtpTokens,
    prefixCaching,
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

/**
 * Batch limits as asked for or by vLLM's defaults, and the memory that is left then.
 * @throws UserError when the engine would not start with them
 */
function startedBatch(
  options: Pick<EngineOptions, 'maxNumSeqs' | 'maxNumBatchedTokens'>,
  { model, checkpoint, gpu, release, layout }: NamedEngine,
  settings: Pick<
    BudgetInput,
    'kvCacheDtype' | 'prefixCaching' | 'mtpTokens' | 'vision' | 'adapters' | 'maxModelLen'
  >,
): Pick<EngineSetup, 'maxNumSeqs' | 'maxNumBatchedTokens' | 'budget'> {
  const usableGiB = usableMemory(gpu).gib;
  const defaults = batchDefaults(release, { id: gpu.id, usableGiB });
  const maxNumBatchedTokens =
    optional(options.maxNumBatchedTokens, (text) =>
      wholeFlag('--max-num-batched-tokens', text, { min: 1, max: 1_048_576 }),
    ) ?? defaults.maxNumBatchedTokens;
  const askedSeqs = optional(options.maxNumSeqs, (text) =>
    wholeFlag('--max-num-seqs', text, { min: 1, max: 65_536 }),
  );
  const budgetWith = (maxNumSeqs: number): MemoryBudget => {
    const budget = memoryBudget({
      ...settings,
      architecture: model.architecture,
      checkpoint,
      layout,
      usableGiB,
      gpuMemoryUtilization: release.gpuMemoryUtilizationDefault,
      ssmCacheDtype: 'auto',
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
  return { maxNumSeqs, maxNumBatchedTokens, budget };
}

function kvCacheDtypeOf(text: string): KvCacheDtype {
  const dtype = KV_CACHE_DTYPES.find((known) => known === text);
  if (dtype) return dtype;
  throw new UserError(`--kv-cache-dtype: ${quote(text)} is not one of ${KV_CACHE_DTYPES.join(', ')}`);
}
