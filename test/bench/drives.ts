import { write } from '../../src/bench/asks';
import { nowSeconds } from '../../src/bench/clock';
import { type Driven, drive, type Pace } from '../../src/bench/drive';
import { LagMeter } from '../../src/bench/lag';
import type { Outcome } from '../../src/bench/outcome';
import { Recorder } from '../../src/bench/recorder';
import type { Limits } from '../../src/bench/send';
import { openTarget } from '../../src/bench/target';

export interface Run {
  readonly driven: Driven;
  readonly outcomes: Outcome[];
  /** 99th percentile of how late this process ran what was due. */
  readonly lagP99Seconds: number;
  readonly figures: ReturnType<Recorder['measure']>;
}

/** Drives an endpoint with one prompt over and over. */
export async function runDrive(
  url: string,
  pace: Pace,
  maxRequests: number,
  limits: Limits = { stallSeconds: 5, requestSeconds: 10 },
  apiKey?: string,
  durationSeconds = 60,
): Promise<Run> {
  const target = openTarget({ url, maxSockets: 300, ...(apiKey === undefined ? {} : { apiKey }) });
  const startedAt = nowSeconds();
  const recorder = new Recorder(startedAt, startedAt + durationSeconds, nowSeconds);
  const outcomes: Outcome[] = [];
  const lag = new LagMeter();
  lag.start();
  const driven = await drive({
    target,
    pace,
    nextAsk: () => write('one two three', 8, 10, { api: 'chat', model: 'm', ignoreEos: true }),
    durationSeconds,
    maxRequests,
    maxInFlight: 300,
    limits,
    onOutcome: (outcome) => {
      outcomes.push(outcome);
      recorder.outcome(outcome);
    },
    onGap: (gap) => recorder.gap(gap),
  });
  lag.stop();
  target.close();
  return {
    driven,
    outcomes,
    lagP99Seconds: lag.quantile(0.99),
    figures: recorder.measure(driven.endedAt, { ttftSeconds: 0.1, tpotSeconds: 0.02 }),
  };
}
