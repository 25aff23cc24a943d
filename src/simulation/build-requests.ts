import { foundTokens } from '../performance/history';
import { gapSampler } from './arrivals';
import type { SimulationConfig } from './config';
import { lengthSampler } from './lengths';
import { RandomStream } from './random';
import { RequestTable } from './request-table';
import type { Trace } from './trace';

/** Streams of the seed; apart, so that a change of one leaves the other as it was. */
const LENGTH_STREAM = 0;
const ARRIVAL_STREAM = 1;
const HISTORY_STREAM = 2;

export interface BuiltRequests {
  readonly requests: RequestTable;
  /** Requests whose drawn length was cut to the longest that the engine takes. */
  readonly cutRequests: number;
}

/** Draws all requests of a run; `longestTokens` is the longest prompt plus output that the engine takes. */
export function buildRequests(config: SimulationConfig, longestTokens: number): BuiltRequests {
  const { arrivals } = config;
  const count =
    arrivals.kind === 'trace'
      ? Math.min(config.requests, arrivals.trace.inputTokens.length)
      : config.requests;
  const requests = new RequestTable(count);
  if (arrivals.kind === 'trace') {
    replay(requests, arrivals.trace, arrivals.speed ?? 1);
    return { requests, cutRequests: 0 };
  }
  if (config.lengths === null) throw new Error('lengths are checked to be there without a trace');
  const turns = config.prefixes?.kind === 'conversation' ? config.prefixes.turns : 1;
  const draw = lengthSampler(config.lengths, new RandomStream(config.seed, LENGTH_STREAM));
  const cutRequests = drawLengths(requests, config, draw, turns, longestTokens);
  setPrefixes(requests, config);
  setArrivals(requests, config, turns);
  return { requests, cutRequests };
}

function replay(requests: RequestTable, trace: Trace, speed: number): void {
  for (let i = 0; i < requests.count; i++) {
    requests.arrivalSeconds[i] = trace.arrivalSeconds[i]! / speed;
    requests.inputTokens[i] = trace.inputTokens[i]!;
    requests.outputTokens[i] = trace.outputTokens[i]!;
    requests.prefixId[i] = trace.prefixId[i]!;
    requests.sharedTokens[i] = trace.inputTokens[i]!;
  }
}

/** Turns of a conversation are neighbours; each prompt is all that was said, plus what is new. */
function drawLengths(
  requests: RequestTable,
  config: SimulationConfig,
  draw: () => { input: number; output: number },
  turns: number,
  longestTokens: number,
): number {
  const followUpTokens = config.prefixes?.kind === 'conversation' ? config.prefixes.followUpTokens : 0;
  let cut = 0;
  for (let i = 0; i < requests.count; i++) {
    const { input, output } = draw();
    const history = i % turns === 0 ? 0 : requests.inputTokens[i - 1]! + requests.outputTokens[i - 1]!;
    const prompt = history === 0 ? input : history + followUpTokens;
    const keptPrompt = Math.min(prompt, longestTokens - 1);
    const keptOutput = Math.min(output, longestTokens - keptPrompt);
    if (keptPrompt < prompt || keptOutput < output) cut++;
    requests.inputTokens[i] = keptPrompt;
    requests.outputTokens[i] = keptOutput;
  }
  return cut;
}

function setPrefixes(requests: RequestTable, config: SimulationConfig): void {
  const { prefixes } = config;
  if (prefixes === undefined) return;
  if (prefixes.kind === 'shared' && prefixes.history !== undefined) {
    const { history } = prefixes;
    const random = new RandomStream(config.seed, HISTORY_STREAM);
    const { blockTokens } = config.pool.layout;
    for (let i = 0; i < requests.count; i++)
      if (random.uniform() < history.share)
        requests.historyTokens[i] = foundTokens(requests.inputTokens[i]!, history, blockTokens);
  }
  for (let i = 0; i < requests.count; i++) {
    if (prefixes.kind === 'shared') {
      requests.prefixId[i] = i % Math.min(prefixes.groups, requests.count);
      const prompt = requests.inputTokens[i]!;
      const { common } = prefixes;
      requests.sharedTokens[i] =
        'share' in common ? Math.floor(common.share * prompt) : Math.min(common.tokens, prompt);
    } else {
      requests.prefixId[i] = Math.floor(i / prefixes.turns);
      requests.sharedTokens[i] = requests.inputTokens[i]! + requests.outputTokens[i]!;
    }
  }
}

function setArrivals(requests: RequestTable, config: SimulationConfig, turns: number): void {
  const { arrivals } = config;
  const { count, arrivalSeconds, nextRequest } = requests;
  if (arrivals.kind === 'trace') return;
  if (arrivals.kind === 'closed') {
    closeLoop(requests, arrivals.concurrency);
    return;
  }
  const gap = gapSampler(
    arrivals,
    arrivals.requestsPerSecond / turns,
    new RandomStream(config.seed, ARRIVAL_STREAM),
  );
  let now = 0;
  for (let i = 0; i < count; i++) {
    if (i % turns === 0) {
      now += gap();
      arrivalSeconds[i] = now;
    }
    if (i % turns < turns - 1 && i + 1 < count) nextRequest[i] = i + 1;
  }
}

/** Lets so many clients send the requests: the first of each at once, the others when the one before has ended. */
export function closeLoop(requests: RequestTable, clients: number): void {
  requests.arrivalSeconds.fill(Number.NaN).fill(0, 0, clients);
  requests.nextRequest.fill(-1);
  for (let i = 0; i + clients < requests.count; i++) requests.nextRequest[i] = i + clients;
}
