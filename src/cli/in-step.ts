import { UserError } from '../errors';
import type { Prediction } from '../performance/prediction';
import { seconds } from '../report/format';
import type { SimulationConfig } from '../simulation/config';
import type { Replay } from '../simulation/result';
import { replay } from '../simulation/simulate';
import type { EngineSetup } from './engine-flags';
import { sharedPrefix, simulatedEngine } from './simulation-flags';

/** Rounds of every client that are replayed and not looked at, and those that are. */
const ROUNDS = { warmUp: 4, seen: 4 };
/** More would keep the reader waiting: 20,000 requests take a tenth of a second. */
const MOST_REQUESTS = 20_000;
/** Time to the first token that differs by less is not worth a sentence. */
const WORTH_SAYING = 1.25;

/** Clients in a closed loop, whose prompts and answers are all alike. */
export interface AlikeClients {
  readonly clients: number;
  /** Of a run that ends; null for a load that goes on. */
  readonly requests: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly prefixHitRate: number;
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

/** The other way round: what a simulation of equal lengths differs from the closed form by. */
export function spreadNotes(
  { arrivals, lengths }: SimulationConfig,
  inStep: Replay,
  spread: Prediction,
): string[] {
  const alike = lengths?.kind === 'independent' && lengths.output.kind === 'fixed';
  if (arrivals.kind !== 'closed' || !alike || !differs(spread, inStep) || spread.ttftSeconds === null)
    return [];
  return [
    `All clients start at once and get answers of equal length, so they stay in step; published benchmarks show clients that are spread out: time to first token ${seconds(spread.ttftSeconds.expected)}, which predict prints. --osl-p95 varies the answers.`,
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
  const { clients, inputTokens, outputTokens } = load;
  const requests = load.requests ?? clients * (ROUNDS.warmUp + ROUNDS.seen);
  if (clients < 2 || requests > MOST_REQUESTS) return null;
  try {
    return replay({
      ...simulatedEngine(engine),
      ...sharedPrefix(load.prefixHitRate),
      replicas: 1,
      routing: 'least-outstanding',
      arrivals: { kind: 'closed', concurrency: clients },
      lengths: {
        kind: 'independent',
        input: { kind: 'fixed', tokens: inputTokens },
        output: { kind: 'fixed', tokens: outputTokens },
      },
      requests,
      warmupRequests: load.requests === null ? clients * ROUNDS.warmUp : 0,
      seed: 1,
      slo: null,
    });
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
