import { Command } from 'commander';
import { UserError } from '../../errors';
import { type MemoryBudget, memoryBudget } from '../../vllm/budget';
import { hostRamGiB, weightsDiskGiB } from '../../vllm/host';
import { type AdapterOptions, adapterRoomOf, addAdapterFlags } from '../engine/adapter-flags';
import { memoryReport } from '../engine/memory-report';
import {
  addVllmFlags,
  precisionProblem,
  type VllmOptions,
  type VllmSetup,
  vllmSetupOf,
} from '../engine/vllm-flags';
import { jsonText } from '../output/json';
import type { MemoryOutput } from '../output/memory';
import type { Streams } from '../streams';

/** `memory`: whether an engine fits a GPU and how many sequences it holds, as vLLM would answer at start-up. */
export function memoryCommand(streams: Streams): Command {
  const command = new Command('memory').description(
    'show where the memory of each GPU goes, and how many sequences fit',
  );
  return addAdapterFlags(addVllmFlags(command, { required: true }))
    .option('--json', 'print JSON')
    .action((options: VllmOptions & AdapterOptions & { json?: boolean }) => {
      const setup = withAdapters(vllmSetupOf(options), options);
      const budget = memoryBudget(setup.input);
      if (budget === null) {
        throw new UserError(
          `the size of ${setup.checkpoint.hfId} is not known (${setup.checkpoint.source}); --kv-cache-gib computes the pool alone`,
        );
      }
      const impossible = precisionProblem(setup);
      const judged =
        impossible === null ? budget : { ...budget, fits: false, reasons: [impossible, ...budget.reasons] };
      streams.out(
        options.json
          ? jsonText(memoryDocument(setup, judged))
          : memoryReport(setup, judged, { columns: streams.columns, colour: streams.colour }),
      );
    });
}

const withAdapters = (setup: VllmSetup, options: AdapterOptions): VllmSetup => {
  const { release, input } = setup;
  return {
    ...setup,
    input: { ...input, adapters: adapterRoomOf(options, { release, layout: input.layout }) },
  };
};

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** What `memory --json` prints: a contract with scripts. Unknown figures are null. */
function memoryDocument(setup: VllmSetup, budget: MemoryBudget): MemoryOutput {
  const { pool } = budget;
  return {
    fits: budget.fits,
    reasons: [...budget.reasons],
    vllmVersion: setup.release.version,
    weightsGiB: rounded(budget.weightsGiB),
    ...(budget.adaptersGiB > 0 ? { adaptersGiB: rounded(budget.adaptersGiB) } : {}),
    kvCacheGiB: rounded(budget.kvCacheGiB),
    peakActivationGiB: rounded(budget.peakActivationGiB),
    cudaGraphGiB: rounded(budget.cudaGraphGiB),
    otherGiB: rounded(budget.otherGiB),
    marginGiB: rounded(budget.marginGiB),
    blockTokens: pool.blockTokens,
    pageBytes: pool.pageBytes,
    poolBlockBytes: pool.poolBlockBytes,
    poolBlocks: budget.poolBlocks,
    attentionBytesPerToken: pool.attentionBytesPerToken,
    blocksPerMaxLenSequence: budget.blocksPerMaxLenSequence,
    kvCacheTokensLogged: budget.kvCacheTokensLogged,
    maxConcurrency: rounded(budget.maxConcurrency),
    maxNumSeqsLimit: budget.maxNumSeqsLimit,
    hostRamGiB: hostRamGiB(setup.model.architecture, setup.input.layout, setup.input.adapters ?? null),
    diskGiB: nullable(weightsDiskGiB(setup.model.architecture, setup.checkpoint)),
  };
}

const nullable = (value: number | null): number | null => (value === null ? null : rounded(value));
