import { Command } from 'commander';
import { UserError } from '../../errors';
import type { Arrivals } from '../../performance/load';
import { type Prediction, perRank } from '../../performance/prediction';
import type { Images } from '../../performance/step';
import { closedForm, predictionDocument } from '../engine/closed-form';
import { addEngineFlags, type EngineOptions, type LoadOptions, loadOf } from '../engine/engine-flags';
import { type EngineSetup, engineOf } from '../engine/engine-setup';
import { inStepNotes, ranksInStepNotes } from '../engine/in-step';
import { predictionReport } from '../engine/prediction-report';
import { wholeFlag } from '../number-flags';
import { jsonText } from '../output/json';
import type { Streams } from '../streams';

interface PredictOptions extends EngineOptions, LoadOptions {
  readonly numPrompts?: string;
  readonly images: string;
  readonly imageTokens: string;
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
    .option('--images <n>', 'images in every prompt, their tokens among its --isl', '0')
    .option('--image-tokens <n>', 'tokens of each: about width x height / 1024 pixels', '1000')
    .option('--json', 'print JSON')
    .action((options: PredictOptions) => {
      const { engine, prediction } = predictionOf(options);
      streams.out(
        options.json
          ? jsonText(predictionDocument(engine, prediction))
          : predictionReport(engine, prediction, streams.columns),
      );
    });
}

/** @throws UserError when a flag is missing or makes no sense, or the engine would not start */
function predictionOf(options: PredictOptions): { engine: EngineSetup; prediction: Prediction } {
  const { inputTokens, outputTokens, concurrency, requestsPerSecond, prefixHitRate } = loadOf(options);
  if (inputTokens === null) throw new UserError('--isl is missing: give the prompt length in tokens');
  if (outputTokens === null) throw new UserError('--osl is missing: give the output length in tokens');
  const images = imagesOf(options, inputTokens);
  const engine = engineOf(options, {
    longestTokens: inputTokens + outputTokens,
    prefixHitRate,
    vision: images !== null,
  });
  const requests =
    options.numPrompts === undefined
      ? null
      : wholeFlag('--num-prompts', options.numPrompts, { min: 1, max: 1e9 });
  if (requests !== null && concurrency === null)
    throw new UserError('--num-prompts goes with --concurrency: a rate has no end');

  const arrivals = arrivalsOf(engine, concurrency, requestsPerSecond, requests);
  const load = { arrivals, inputTokens, outputTokens, prefixHitRate };
  if (images !== null) {
    const notes = [...engine.notes, UNMEASURED_IMAGES];
    return { engine: { ...engine, notes }, prediction: closedForm(engine, { ...load, images }) };
  }
  const prediction = closedForm(engine, load);
  const alike = { inputTokens, outputTokens, prefixHitRate };
  const inStep =
    concurrency === null
      ? ranksInStepNotes(engine, { ...alike, requestsPerSecond: requestsPerSecond! }, prediction)
      : inStepNotes(engine, { ...alike, clients: concurrency, requests }, prediction);
  return { engine: { ...engine, notes: [...engine.notes, ...inStep] }, prediction };
}

const UNMEASURED_IMAGES =
  'No image was ever measured: their time is that of the vision tower at the speed of other BF16 layers, without what decoding and scaling them takes in the API server.';

/** Null without images. */
function imagesOf(options: PredictOptions, inputTokens: number): Images | null {
  const count = wholeFlag('--images', options.images, { min: 0, max: 1000 });
  const tokens = wholeFlag('--image-tokens', options.imageTokens, { min: 1, max: 16_384 });
  if (count === 0) return null;
  if (count * tokens > inputTokens)
    throw new UserError(
      `--images: ${count} of ${tokens} tokens are ${count * tokens}, more than the ${inputTokens} of the prompt (--isl); raise --isl or lower --image-tokens`,
    );
  return { count, tokens };
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
      concurrency: perRank(features, concurrency),
      // A load that goes on has no first burst to speak of.
      totalRequests: requests === null ? Number.POSITIVE_INFINITY : perRank(features, requests),
    };
  }
  if (requestsPerSecond === null)
    throw new UserError('give the load: --concurrency N clients, or --rate R requests per second');
  return { kind: 'open', requestsPerSecond: perRank(features, requestsPerSecond), spacing: 'poisson' };
}
