import type { Engine } from '../../src/simulation/engine';
import { RequestTable } from '../../src/simulation/request-table';
import type { StepTimer } from '../../src/simulation/step-timer';

/** A step time with every term the model has, in round numbers. */
export const LINEAR_TIMER: StepTimer = {
  decodeBaseSeconds: (batch) => 5e-3 + 1e-4 * batch,
  decodeSecondsPerContextToken: (batch) => 3e-8 + 1e-10 * batch,
  mixedSeconds: ({ decodeBatch, decodeContextTokens, prefillTokens, prefillPairs }) =>
    6e-3 + 1e-4 * decodeBatch + 3e-8 * decodeContextTokens + 2e-5 * prefillTokens + 1e-9 * prefillPairs,
};

export interface EngineOptions {
  readonly blocks?: number;
  readonly blockTokens?: number;
  readonly maxNumSeqs?: number;
  readonly maxNumBatchedTokens?: number;
  readonly aligned?: boolean;
  readonly internalCheckpoints?: boolean;
  readonly mtpTokens?: number;
  readonly tokensPerStep?: number;
  readonly timer?: StepTimer;
}

export function makeEngine(options: EngineOptions = {}): Engine {
  const {
    blocks = 100,
    blockTokens = 16,
    maxNumSeqs = 8,
    maxNumBatchedTokens = 64,
    aligned = false,
    mtpTokens = 0,
  } = options;
  return {
    timer: options.timer ?? LINEAR_TIMER,
    maxNumSeqs,
    tokensPerStep: options.tokensPerStep ?? 1,
    kv: { usableBlocks: blocks, blockTokens, stateGroups: 3, mtpTokens, aligned },
    chunks: {
      blockTokens,
      maxNumBatchedTokens,
      internalCheckpoints: (options.internalCheckpoints ?? false) && aligned,
    },
  };
}

export interface AskedRequest {
  readonly arrival: number;
  readonly input: number;
  readonly output: number;
  readonly prefixId?: number;
  readonly shared?: number;
}

export function tableOf(asked: readonly AskedRequest[]): RequestTable {
  const table = new RequestTable(asked.length);
  asked.forEach((request, i) => {
    table.arrivalSeconds[i] = request.arrival;
    table.inputTokens[i] = request.input;
    table.outputTokens[i] = request.output;
    table.prefixId[i] = request.prefixId ?? -1;
    table.sharedTokens[i] = request.shared ?? 0;
  });
  return table;
}
