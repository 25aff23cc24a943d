import type { Engine } from './engine';
import type { DurationHistogram } from './histogram';
import type { KvCache } from './kv-cache';
import type { RequestTable } from './request-table';
import { Scheduler } from './scheduler';
import type { Sequences } from './sequences';
import type { TimeSeries } from './time-series';

/** Where all replicas of a run write. */
export interface Recorders {
  readonly interTokenSeconds: DurationHistogram;
  readonly overTime: TimeSeries;
}

/** Sums over one replica's run; seconds unless named otherwise. */
export interface ReplicaTotals {
  requests: number;
  outputTokens: number;
  busySeconds: number;
  /** In steps that compute prompt tokens. */
  mixedSeconds: number;
  decodeBatchSeconds: number;
  usedBlockSeconds: number;
  mostUsedBlocks: number;
  mostWaiting: number;
}

type Phase = 'idle' | 'boundary' | 'running';

/**
 * One engine replica in time. Between two things that happen (an arrival that can start, a sequence that ends or
 * needs a block, a prompt chunk) all steps decode the same batch, so they are done in one jump: step i takes
 * base + slope x (context + i x growth), and a run of n is their sum in closed form.
 */
export class Replica {
  readonly scheduler: Scheduler;
  readonly totals: ReplicaTotals = {
    requests: 0,
    outputTokens: 0,
    busySeconds: 0,
    mixedSeconds: 0,
    decodeBatchSeconds: 0,
    usedBlockSeconds: 0,
    mostUsedBlocks: 0,
    mostWaiting: 0,
  };
  /** Requests here that have not ended. */
  outstanding = 0;
  phase: Phase = 'idle';
  /** When something happens here next, if nothing arrives. */
  nextSeconds = Number.POSITIVE_INFINITY;
  /** Time of the last step boundary. */
  private boundarySeconds = 0;
  private endSeconds = 0;
  private steps = 0;
  private firstStepSeconds = 0;
  private stepIncrementSeconds = 0;
  private mixed = false;

  constructor(
    private readonly engine: Engine,
    kv: KvCache,
    private readonly requests: RequestTable,
    sequences: Sequences,
    private readonly recorders: Recorders,
    private readonly onFinish: (request: number, seconds: number) => void,
  ) {
    this.scheduler = new Scheduler(engine, kv, requests, sequences, {
      finished: (request) => this.finished(request),
      resumed: (gap) => recorders.interTokenSeconds.addRun(gap, 0, 1, 1),
    });
  }

  arrive(request: number, seconds: number): void {
    const startsNext = this.scheduler.open;
    this.scheduler.waiting.push(request);
    this.outstanding++;
    this.totals.mostWaiting = Math.max(this.totals.mostWaiting, this.scheduler.waiting.size);
    if (this.phase === 'idle') {
      this.boundarySeconds = seconds;
      this.nextSeconds = seconds;
      this.phase = 'boundary';
    } else if (this.phase === 'running' && !this.mixed && startsNext) this.stopAfter(seconds);
  }

  /** Does what is due at `nextSeconds`: ends the run of steps, or decides on the next. */
  advance(): void {
    if (this.phase === 'running') this.completeRun();
    else this.startRun();
  }

  private startRun(): void {
    const { scheduler, engine } = this;
    const preempted = scheduler.preemptions;
    scheduler.schedule(this.boundarySeconds);
    const { decodeBatch, contextTokens, plan } = scheduler;
    this.totals.mostUsedBlocks = Math.max(this.totals.mostUsedBlocks, scheduler.kv.usedBlocks);
    this.mixed = plan.requests.length > 0;
    if (this.mixed) {
      const { prefillTokens, prefillPairs } = plan;
      this.steps = 1;
      this.stepIncrementSeconds = 0;
      this.firstStepSeconds = engine.timer.mixedSeconds({
        decodeBatch,
        decodeContextTokens: contextTokens,
        prefillTokens,
        prefillPairs,
      });
    } else if (decodeBatch > 0) {
      const slope = engine.timer.decodeSecondsPerContextToken(decodeBatch);
      // A step that preempts admits nothing, the next one may.
      this.steps = scheduler.preemptions > preempted ? 1 : scheduler.stepsAhead;
      this.firstStepSeconds = engine.timer.decodeBaseSeconds(decodeBatch) + slope * contextTokens;
      this.stepIncrementSeconds = slope * decodeBatch * engine.tokensPerStep;
    } else {
      if (scheduler.waiting.size > 0 && scheduler.preemptions === preempted) {
        throw new Error(`request ${scheduler.waiting.first} fits no empty engine`);
      }
      if (scheduler.waiting.size > 0) return;
      this.phase = 'idle';
      this.nextSeconds = Number.POSITIVE_INFINITY;
      return;
    }
    this.endSeconds = this.boundarySeconds + this.secondsOf(this.steps);
    this.nextSeconds = this.endSeconds;
    this.phase = 'running';
  }

  private secondsOf(steps: number): number {
    return steps * this.firstStepSeconds + (this.stepIncrementSeconds * steps * (steps - 1)) / 2;
  }

  /** Cuts the run at its first step boundary at or after `seconds`. */
  private stopAfter(seconds: number): void {
    const elapsed = seconds - this.boundarySeconds;
    const half = this.stepIncrementSeconds / 2;
    const linear = this.firstStepSeconds - half;
    const root = (2 * elapsed) / (linear + Math.sqrt(linear * linear + 4 * half * elapsed));
    let steps = Math.max(1, Math.ceil(root));
    // The root is exact up to rounding: step to the neighbour if need be.
    if (steps > 1 && this.secondsOf(steps - 1) >= elapsed) steps--;
    else if (this.secondsOf(steps) < elapsed) steps++;
    if (steps >= this.steps) return;
    this.steps = steps;
    this.endSeconds = this.boundarySeconds + this.secondsOf(steps);
    this.nextSeconds = this.endSeconds;
  }

  private completeRun(): void {
    const { scheduler, totals, recorders } = this;
    const { decodeBatch, kv, waiting } = scheduler;
    const seconds = this.endSeconds - this.boundarySeconds;
    if (decodeBatch > 0) {
      recorders.interTokenSeconds.addRun(
        this.firstStepSeconds,
        this.stepIncrementSeconds,
        this.steps,
        decodeBatch,
      );
    }
    recorders.overTime.add(
      this.boundarySeconds,
      this.endSeconds,
      kv.usedBlocks,
      scheduler.runningCount,
      waiting.size,
    );
    totals.busySeconds += seconds;
    if (this.mixed) totals.mixedSeconds += seconds;
    totals.decodeBatchSeconds += decodeBatch * seconds;
    totals.usedBlockSeconds += kv.usedBlocks * seconds;
    this.boundarySeconds = this.endSeconds;
    this.nextSeconds = this.endSeconds;
    this.phase = 'boundary';
    scheduler.complete(this.steps, this.endSeconds);
  }

  private finished(request: number): void {
    this.outstanding--;
    this.totals.requests++;
    this.totals.outputTokens += this.requests.outputTokens[request]!;
    this.requests.finishSeconds[request] = this.endSeconds;
    this.onFinish(request, this.endSeconds);
  }
}
