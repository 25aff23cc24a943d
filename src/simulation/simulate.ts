import { UserError } from '../errors';
import { ranksOf } from '../performance/features';
import { acceptedTokens } from '../performance/step';
import { savesStatesWithin } from '../vllm/pool';
import { buildRequests } from './build-requests';
import { checkConfig } from './check-config';
import { runCluster } from './cluster';
import type { SimulationConfig } from './config';
import type { Engine } from './engine';
import { type KvGeometry, peakBlocks } from './kv-cache';
import type { Replay, SimulationResult } from './result';
import { saturationOf } from './saturation';
import { ModelStepTimer } from './step-timer';
import { summarise } from './summary';

/**
 * Replays requests through vLLM's scheduler on the step-time model, and probes what the engine serves at most.
 * @throws UserError for a configuration that makes no sense, a request that the engine cannot hold, or a rate that no
 * queue survives (see `saturationRequestsPerSecond`)
 */
export function simulate(config: SimulationConfig): SimulationResult {
  const { engine, longestTokens } = prepare(config);
  const saturation = saturationOf(engine, config, longestTokens) * serversOf(config);
  const asked = 'requestsPerSecond' in config.arrivals ? config.arrivals.requestsPerSecond : null;
  if (asked !== null && asked >= saturation) {
    throw new UserError(
      `rate ${figure(asked)}/s: ${config.replicas === 1 ? 'this engine serves' : `these ${config.replicas} replicas serve`} at most ${figure(saturation)} requests/s of this kind; lower the rate or add replicas`,
    );
  }
  const replayed = replayOn(engine, longestTokens, config);
  const stable = config.arrivals.kind !== 'trace' || replayed.arrivalsPerSecond < saturation;
  const comes = config.arrivals.kind === 'closed' ? null : (asked ?? replayed.arrivalsPerSecond);
  const served = stable && comes !== null ? servedAt(comes, replayed) : replayed;
  return {
    ...served,
    stable,
    utilisation: served.requestsPerSecond / saturation,
    saturationRequestsPerSecond: saturation,
  };
}

/** The rates of a load that goes on: the time from the last arrival to the last token belongs to the replay alone. */
function servedAt(requestsPerSecond: number, replayed: Replay): Replay {
  const { goodput } = replayed;
  const more = requestsPerSecond / replayed.requestsPerSecond;
  return {
    ...replayed,
    requestsPerSecond,
    outputTokensPerSecond: replayed.outputTokensPerSecond * more,
    goodput: goodput && { ...goodput, requestsPerSecond: goodput.requestsPerSecond * more },
  };
}

/**
 * Replays requests without probing saturation, for a rate that is known to be sustained.
 * @throws UserError as `simulate` does, except for the rate
 */
export function replay(config: SimulationConfig): Replay {
  const { engine, longestTokens } = prepare(config);
  return replayOn(engine, longestTokens, config);
}

function replayOn(engine: Engine, longestTokens: number, config: SimulationConfig): Replay {
  const { requests, cutRequests } = buildRequests(config, longestTokens);
  const frontEndSeconds = frontEndOf(config, requests.inputTokens);
  const run = runCluster(engine, requests, {
    replicas: serversOf(config),
    routing: config.routing,
    followUpSeconds: (request) => frontEndSeconds(request) + thinkSecondsOf(config),
  });
  return summarise({
    requests,
    run,
    usableBlocks: engine.kv.usableBlocks,
    frontEndSeconds,
    warmupRequests: Math.min(config.warmupRequests ?? 0, requests.count - 1),
    slo: config.slo,
    cutRequests,
  });
}

/**
 * Highest rate, in requests per second over all replicas, that the engine serves at all.
 * @throws UserError as `simulate` does
 */
export function saturationRequestsPerSecond(config: SimulationConfig): number {
  const { engine, longestTokens } = prepare(config);
  return saturationOf(engine, config, longestTokens) * serversOf(config);
}

/** Every data-parallel rank schedules on its own, with a pool of its own; so do, nearly, the batches of a pipeline. */
const serversOf = (config: SimulationConfig): number => config.replicas * ranksOf(config.features);

function prepare(config: SimulationConfig): { engine: Engine; longestTokens: number } {
  checkConfig(config);
  const engine = engineOf(config);
  return { engine, longestTokens: longestTokensOf(config, engine) };
}

function engineOf(config: SimulationConfig): Engine {
  const { pool, mtpTokens, maxNumSeqs, maxNumBatchedTokens, prefixCaching, features, coefficients } = config;
  const stateGroups = pool.layout.groups - 1;
  // The batches of a pipeline share slots and blocks.
  const stages = features.pipelineParallel;
  const seqsOfOne = Math.max(1, Math.floor(maxNumSeqs / stages));
  return {
    timer: new ModelStepTimer(features, coefficients, seqsOfOne),
    maxNumSeqs: seqsOfOne,
    tokensPerStep: acceptedTokens(mtpTokens, coefficients.mtpAcceptance),
    kv: {
      usableBlocks: Math.floor((pool.blocks - 1) / stages),
      blockTokens: pool.layout.blockTokens,
      stateGroups,
      mtpTokens,
      aligned: prefixCaching,
    },
    chunks: {
      blockTokens: pool.layout.blockTokens,
      maxNumBatchedTokens,
      internalCheckpoints: prefixCaching && savesStatesWithin(pool.layout, mtpTokens),
    },
  };
}

/** Longest prompt plus output that the model length and the pool allow. */
function longestTokensOf(config: SimulationConfig, engine: Engine): number {
  const { kv, chunks } = engine;
  const held = heldTokens(kv, chunks.internalCheckpoints);
  const longest = Math.min(config.maxModelLen ?? Number.POSITIVE_INFINITY, held);
  if (longest < 2) {
    throw new UserError(`the pool of ${config.pool.blocks} blocks does not hold one sequence of this model`);
  }
  const { arrivals, lengths } = config;
  if (arrivals.kind === 'trace') {
    const { inputTokens, outputTokens, lines } = arrivals.trace;
    for (let i = 0; i < inputTokens.length; i++)
      refuseLonger(inputTokens[i]! + outputTokens[i]!, longest, `trace line ${lines[i]}`);
  } else if (lengths?.kind === 'empirical') {
    lengths.pairs.forEach(([input, output], i) => {
      refuseLonger(input + output, longest, `pair ${i + 1} of the lengths`);
    });
  } else if (lengths !== null) {
    const typical = [lengths.input, lengths.output].map((length) =>
      length.kind === 'fixed' ? length.tokens : length.mean,
    );
    refuseLonger(typical[0]! + typical[1]!, longest, 'the asked lengths');
  }
  return longest;
}

function heldTokens(kv: KvGeometry, internalCheckpoints: boolean): number {
  const besides = peakBlocks(kv, 0, internalCheckpoints);
  return (kv.usableBlocks - besides) * kv.blockTokens - 2 * kv.mtpTokens;
}

function refuseLonger(tokens: number, longest: number, what: string): void {
  if (tokens > longest)
    throw new UserError(
      `${what}: ${Math.ceil(tokens)} tokens of prompt and output exceed the ${longest} that this engine holds`,
    );
}

/** Time a request spends outside the engine (network, tokeniser, API server), as the step model has it. */
function frontEndOf(
  { coefficients: k }: SimulationConfig,
  inputTokens: Int32Array,
): (request: number) => number {
  const factor = k.requestFactor ?? 1;
  return (request) => (k.requestMillis * 1e-3 + k.promptTokenMicros * 1e-6 * inputTokens[request]!) * factor;
}

function thinkSecondsOf({ arrivals, prefixes }: SimulationConfig): number {
  if (prefixes?.kind === 'conversation') return prefixes.thinkSeconds;
  return arrivals.kind === 'closed' ? (arrivals.thinkSeconds ?? 0) : 0;
}

const figure = (value: number): string => Number(value.toPrecision(3)).toString();
