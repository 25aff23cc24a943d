import { setTimeout as sleep } from 'node:timers/promises';
import { nowSeconds } from './clock';
import type { Outcome } from './outcome';
import { type Ask, type InFlight, type Limits, send } from './send';
import type { Target } from './target';

/** When requests leave. */
export type Pace =
  /** So many clients; each sends its next request when the last one ends. */
  | { readonly kind: 'closed'; readonly concurrency: number }
  /** Seconds from the start to each next request, whatever became of those before: no coordinated omission. */
  | { readonly kind: 'open'; readonly nextAtSeconds: () => number };

export interface DriveInput {
  readonly target: Target;
  readonly pace: Pace;
  /** Null when there is nothing left to ask. */
  readonly nextAsk: () => Ask | null;
  /** No request starts later than this. */
  readonly durationSeconds: number;
  readonly maxRequests: number;
  /** An open loop holds requests back beyond this; their latency counts from the intended start all the same. */
  readonly maxInFlight: number;
  readonly limits: Limits;
  readonly onOutcome: (outcome: Outcome) => void;
  readonly onGap: (seconds: number) => void;
}

export interface Driven {
  readonly startedAt: number;
  /** When the last request was sent, or, where requests did not run out before, the duration was over. */
  readonly issuedAt: number;
  readonly endedAt: number;
  readonly started: number;
  readonly maxInFlight: number;
  /** Requests that waited for a place among those in flight. */
  readonly heldBack: number;
  /** Why it ended early; null when it did not. */
  readonly stoppedEarly: string | null;
}

/** An endpoint that refuses so many connections in a row is not there. */
const HOPELESS_CONNECTIONS = 50;
/** After a failure a closed-loop client waits, or a dead endpoint would be hammered. */
const PAUSE_AFTER_ERROR_SECONDS = 0.1;
/** Timers have a grain of a millisecond: the rest of a wait is spent looking at the clock between I/O. */
const TIMER_GRAIN_SECONDS = 0.0015;

/** Sends requests at a pace until time, requests or questions run out; then waits for those in flight. */
export async function drive(input: DriveInput): Promise<Driven> {
  const { target, pace, limits } = input;
  const startedAt = nowSeconds();
  const deadline = startedAt + input.durationSeconds;
  const inFlight = new Set<InFlight>();
  let started = 0;
  let lastSentAt = startedAt;
  let asksLeft = true;
  let most = 0;
  let heldBack = 0;
  let refused = 0;
  let placeFree: (() => void) | null = null;

  const hopeless = (): boolean => refused >= HOPELESS_CONNECTIONS;

  /** Null when there is nothing left to ask. */
  const launch = (intendedAt: number): Promise<Outcome> | null => {
    const ask = input.nextAsk();
    if (ask === null) {
      asksLeft = false;
      return null;
    }
    lastSentAt = nowSeconds();
    const flight = send(target, { ask, intendedAt, limits, onGap: input.onGap });
    started++;
    inFlight.add(flight);
    most = Math.max(most, inFlight.size);
    return flight.outcome.then((outcome) => {
      inFlight.delete(flight);
      refused = outcome.error === 'connection' ? refused + 1 : 0;
      input.onOutcome(outcome);
      placeFree?.();
      return outcome;
    });
  };

  const client = async (): Promise<void> => {
    while (nowSeconds() < deadline && started < input.maxRequests && !hopeless()) {
      const sent = launch(nowSeconds());
      if (sent === null) return;
      const { error } = await sent;
      if (error !== null) await sleep(PAUSE_AFTER_ERROR_SECONDS * 1000);
    }
  };

  const openLoop = async (nextAtSeconds: () => number): Promise<void> => {
    while (started < input.maxRequests && !hopeless()) {
      const intendedAt = startedAt + nextAtSeconds();
      if (intendedAt >= deadline) {
        await until(deadline);
        return;
      }
      await until(intendedAt);
      if (inFlight.size >= input.maxInFlight) heldBack++;
      while (inFlight.size >= input.maxInFlight) {
        await new Promise<void>((resolve) => {
          placeFree = resolve;
        });
        if (nowSeconds() >= deadline) return;
      }
      if (launch(intendedAt) === null) return;
    }
  };

  if (pace.kind === 'open') await openLoop(pace.nextAtSeconds);
  else {
    // What is in flight at the deadline counts: clients stop asking, they do not hang up.
    const timer = new AbortController();
    const late = sleep(input.durationSeconds * 1000, undefined, { signal: timer.signal }).catch(
      () => undefined,
    );
    await Promise.race([Promise.all(Array.from({ length: pace.concurrency }, client)), late]);
    timer.abort();
  }
  const ranOut = !asksLeft || started >= input.maxRequests || hopeless();
  await drain(inFlight, limits.requestSeconds);
  return {
    startedAt,
    issuedAt: ranOut ? lastSentAt : deadline,
    endedAt: nowSeconds(),
    started,
    maxInFlight: most,
    heldBack,
    stoppedEarly: hopeless() ? `${HOPELESS_CONNECTIONS} connections in a row failed` : null,
  };
}

async function until(at: number): Promise<void> {
  for (let left = at - nowSeconds(); left > 0; left = at - nowSeconds()) {
    if (left > TIMER_GRAIN_SECONDS) await sleep((left - TIMER_GRAIN_SECONDS) * 1000);
    else await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

async function drain(inFlight: ReadonlySet<InFlight>, seconds: number): Promise<void> {
  const ended = Promise.all([...inFlight].map(({ outcome }) => outcome));
  const timer = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([ended, late]);
  timer.abort();
  for (const flight of [...inFlight]) flight.abandon();
  await ended;
  // The handlers of the last outcomes run before the figures are taken.
  await new Promise<void>((resolve) => setImmediate(resolve));
}
