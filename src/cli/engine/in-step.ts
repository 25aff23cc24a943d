import { UserError } from '../../errors';
import { ranksOf } from '../../performance/features';
import { keepTogether } from '../../performance/other-ranks';
import type { Prediction } from '../../performance/prediction';
import { seconds } from '../../report/format';
import type { SimulationConfig } from '../../simulation/config';
import type { Replay } from '../../simulation/result';
import { replay } from '../../simulation/simulate';
import type { EngineSetup } from './engine-setup';
import { sharedPrefix, simulatedEngine } from './simulation-flags';

/** Rounds of every client that are replayed and not looked at, and those that are. */
const ROUNDS = { warmUp: 4, seen: 4 };
/** Requests of every rank, likewise. */
const OF_RANK = { warmUp: 300, seen: 900 };
/** More would keep the reader waiting: 10,000 requests take a tenth of a second. */
const MOST_REQUESTS = 10_000;
/** Time to the first token that differs by less is not worth a sentence. */
const WORTH_SAYING = 1.25;

/** Prompts and answers that are all alike. */
interface Alike {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly prefixHitRate: number;
}

/** Clients in a closed loop. */
export interface AlikeClients extends Alike {
  readonly clients: number;
  /** Of a run that ends; null for a load that goes on. */
  readonly requests: number | null;
}

/** Random arrivals. */
export interface AlikeRequests extends Alike {
  readonly requestsPerSecond: number;
}

/**
 * Clients that start at once and get answers of equal length never lose step: those who end together queue together again,
 * round after round. Published benchmarks show clients that are spread out, and so does the closed form; a simulation of
 * equal lengths does not. What the two differ by, where it matters.
 */
export function inStepNotes(engine: EngineSetup, load: AlikeClients, spread: Prediction): string[] {
  const inStep = replayInStep(engine, load);
  if (inStep === null || !differs(spread, inStep)) return [];
  return [
    `Clients are taken as spread out, as published benchmarks show them. If all ${load.clients} start at once and every answer has ${load.outputTokens} tokens they stay in step, which simulate shows unless --osl-p95 varies the answers: time to first token ${seconds(inStep.ttftSeconds.mean)}${tpotText(inStep)}.`,
  ];
}

/**
 * The same of ranks, where a request goes to the one that has fewest: those that end together on one are followed by as many,
 * who begin together where requests come faster than a rank computes prompts.
 */
export function ranksInStepNotes(engine: EngineSetup, load: AlikeRequests, spread: Prediction): string[] {
  const ranks = ranksOf(engine.features);
  if (!spread.stable || !keepTogether(ranks, spread.state)) return [];
  const inStep = replayAlike(engine, load, {
    arrivals: { kind: 'poisson', requestsPerSecond: load.requestsPerSecond },
    requests: ranks * (OF_RANK.warmUp + OF_RANK.seen),
    warmupRequests: ranks * OF_RANK.warmUp,
  });
  if (inStep === null || !differs(spread, inStep)) return [];
  return [
    `Answers are taken to differ in length. If every one has ${load.outputTokens} tokens, those that end together on a rank are followed by requests that begin together, which simulate shows unless --osl-p95 varies the answers: time to first token ${seconds(inStep.ttftSeconds.mean)}${tpotText(inStep)}.`,
  ];
}

/** The other way round: what a simulation of equal lengths differs from the closed form by. */
export function spreadNotes(
  { arrivals, lengths, features }: SimulationConfig,
  inStep: Replay,
  spread: Prediction,
): string[] {
  const alike = lengths?.kind === 'independent' && lengths.output.kind === 'fixed';
  if (!alike || !differs(spread, inStep) || spread.ttftSeconds === null) return [];
  const predicted = `time to first token ${seconds(spread.ttftSeconds.expected)}, which predict prints. --osl-p95 varies the answers.`;
  if (arrivals.kind === 'closed')
    return [
      `All clients start at once and get answers of equal length, so they stay in step; published benchmarks show clients that are spread out: ${predicted}`,
    ];
  if (arrivals.kind !== 'poisson' || !keepTogether(ranksOf(features), spread.state)) return [];
  return [
    `Answers of equal length that end together on a rank are followed by requests that begin together; where they differ they do not: ${predicted}`,
  ];
}

function differs({ ttftSeconds }: Prediction, inStep: Replay): boolean {
  if (ttftSeconds === null) return false;
  const ratio = inStep.ttftSeconds.mean / ttftSeconds.expected;
  return ratio > WORTH_SAYING || ratio < 1 / WORTH_SAYING;
}

const tpotText = ({ tpotSeconds }: Replay): string =>
  tpotSeconds === null ? '' : `, per output token ${seconds(tpotSeconds.mean)}`;

/** Null where it would take long, or the engine does not hold the requests whole. */
function replayInStep(engine: EngineSetup, load: AlikeClients): Replay | null {
  const { clients } = load;
  const requests = load.requests ?? clients * (ROUNDS.warmUp + ROUNDS.seen);
  if (clients < 2) return null;
  return replayAlike(engine, load, {
    arrivals: { kind: 'closed', concurrency: clients },
    requests,
    warmupRequests: load.requests === null ? clients * ROUNDS.warmUp : 0,
  });
}

function replayAlike(
  engine: EngineSetup,
  { inputTokens, outputTokens, prefixHitRate }: Alike,
  run: Pick<SimulationConfig, 'arrivals' | 'requests' | 'warmupRequests'>,
): Replay | null {
  if (run.requests > MOST_REQUESTS) return null;
  try {
    return replay({
      ...simulatedEngine(engine),
      ...sharedPrefix(prefixHitRate),
      ...run,
      replicas: 1,
      routing: 'least-outstanding',
      lengths: {
        kind: 'independent',
        input: { kind: 'fixed', tokens: inputTokens },
        output: { kind: 'fixed', tokens: outputTokens },
      },
      seed: 1,
      slo: null,
    });
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
