import { Command } from 'commander';
import { UserError } from '../../errors';
import { MEAN_OUTPUT_HELD, type Prediction, perRank, predict } from '../../performance/prediction';
import type { Arrivals } from '../../performance/steady-state';
import { blocksPerSequence } from '../../vllm/pool';
import { calibrationDocument } from '../calibration-flag';
import {
  addEngineFlags,
  type EngineOptions,
  type EngineSetup,
  engineOf,
  type LoadOptions,
  loadOf,
} from '../engine-flags';
import { wholeFlag } from '../number-flags';
import { jsonText } from '../output/json';
import type { PredictionOutput } from '../output/prediction';
import { predictionReport } from '../prediction-report';
import type { Streams } from '../streams';

interface PredictOptions extends EngineOptions, LoadOptions {
  readonly numPrompts?: string;
  readonly json?: boolean;
}

/** `predict`: mean latencies and throughput of one engine replica in closed form. */
export function predictCommand(streams: Streams): Command {
  const command = new Command('predict').description(
    'predict latencies and throughput of one engine in closed form, with 80% intervals and what limits them',
  );
  return addEngineFlags(command)
    .option(
      '--num-prompts <n>',
      'requests of a benchmark that ends (with --concurrency); by default the load goes on',
    )
    .option('--json', 'print JSON')
    .action((options: PredictOptions) => {
      const { engine, prediction } = predictionOf(options);
      streams.out(
        options.json
          ? jsonText(documentOf(engine, prediction))
          : predictionReport(engine, prediction, streams.columns),
      );
    });
}

/** @throws UserError when a flag is missing or makes no sense, or the engine would not start */
function predictionOf(options: PredictOptions): { engine: EngineSetup; prediction: Prediction } {
  const { inputTokens, outputTokens, concurrency, requestsPerSecond, prefixHitRate } = loadOf(options);
  if (inputTokens === null) throw new UserError('--isl is missing: give the prompt length in tokens');
  if (outputTokens === null) throw new UserError('--osl is missing: give the output length in tokens');
  const engine = engineOf(options, { longestTokens: inputTokens + outputTokens, prefixHitRate });
  const { features, budget } = engine;
  const requests =
    options.numPrompts === undefined
      ? null
      : wholeFlag('--num-prompts', options.numPrompts, { min: 1, max: 1e9 });
  if (requests !== null && concurrency === null)
    throw new UserError('--num-prompts goes with --concurrency: a rate has no end');

  const held = blocksPerSequence(budget.pool, inputTokens + Math.ceil(MEAN_OUTPUT_HELD * outputTokens));
  const poolSequences = Math.floor((budget.poolBlocks - 1) / held);
  const { blockTokens } = budget.pool;
  const load = {
    arrivals: arrivalsOf(engine, concurrency, requestsPerSecond, requests),
    inputTokens,
    // Prefix hits come in whole blocks, and only where the release caches prefixes.
    cachedTokens: engine.prefixCaching
      ? Math.floor((inputTokens * prefixHitRate) / blockTokens) * blockTokens
      : 0,
    outputTokens,
    maxBatch: Math.max(1, Math.min(engine.maxNumSeqs, poolSequences)),
    maxNumBatchedTokens: engine.maxNumBatchedTokens,
  };
  const poolLimited = poolSequences < engine.maxNumSeqs;
  return {
    engine,
    prediction: predict(features, engine.coefficients, load, engine.footing, poolLimited),
  };
}

function arrivalsOf(
  { features }: EngineSetup,
  concurrency: number | null,
  requestsPerSecond: number | null,
  requests: number | null,
): Arrivals {
  if (concurrency !== null) {
    return {
      kind: 'closed',
      // A rank never serves a fraction of a client.
      concurrency: Math.max(1, perRank(features, concurrency)),
      ...(requests === null ? {} : { totalRequests: Math.max(1, perRank(features, requests)) }),
    };
  }
  if (requestsPerSecond === null)
    throw new UserError('give the load: --concurrency N clients, or --rate R requests per second');
  return { kind: 'open', requestsPerSecond: perRank(features, requestsPerSecond), spacing: 'poisson' };
}

/** The fields of the contract; an unbounded wait has no figures. */
function documentOf({ calibration }: EngineSetup, p: Prediction): PredictionOutput {
  return {
    stable: p.stable,
    utilisation: p.utilisation,
    limitedBy: p.limitedBy,
    basis: p.basis,
    calibration: calibrationDocument(calibration),
    ttftSeconds: p.ttftSeconds ?? { low: null, expected: null, high: null },
    tpotSeconds: p.tpotSeconds,
    outputTokensPerSecond: p.outputTokensPerSecond,
    requestsPerSecond: p.requestsPerSecond,
    stepSeconds: p.stepSeconds,
    prefillSeconds: p.prefillSeconds,
    decodeBatch: p.decodeBatch,
  };
}
