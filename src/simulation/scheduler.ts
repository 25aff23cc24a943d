import { ChunkCutter } from './chunk-cutter';
import { DueSteps } from './due-steps';
import type { Engine } from './engine';
import type { KvCache } from './kv-cache';
import { RequestQueue } from './request-queue';
import type { RequestTable } from './request-table';
import { RunningList } from './running-list';
import type { Sequences } from './sequences';
import { StepPlan } from './step-plan';

/** What the scheduler tells its replica. */
export interface SchedulerEvents {
  finished(request: number): void;
  /** A token came this long after the one before, across a preemption. */
  resumed(gapSeconds: number): void;
}

/**
 * vLLM V1's scheduler: running requests first, in order of admission, then waiting ones, within the token budget of a
 * step; a running request that finds no blocks preempts the one admitted last, itself if need be, and nothing is
 * admitted in that step. vLLM 0.33.0 v1/core/sched/scheduler.py:699-1642 `schedule`, 1799 `_preempt_request`.
 * One liberty: tokens of decoding sequences are set aside before prompt chunks are cut, where vLLM serves both in
 * order of admission; they differ when a chunk leaves less than the decodes admitted after it need.
 */
export class Scheduler {
  readonly waiting = new RequestQueue();
  /** Steps done so far. */
  steps = 0;
  decodeBatch = 0;
  /** KV tokens that the decoding sequences attend to in the next step. */
  contextTokens = 0;
  readonly plan = new StepPlan();

  preemptions = 0;
  /** Prompt tokens computed, found in the cache, and thrown away by preemptions. */
  prefillTokens = 0;
  cachedTokens = 0;
  lostTokens = 0;
  /** Tokens that came across a preemption. */
  resumed = 0;

  private prefilling: number[] = [];
  private growing: number[] = [];
  private readonly running: RunningList;
  private readonly cutter: ChunkCutter;
  private readonly due: DueSteps;
  private readonly decodeTokens: number;

  constructor(
    private readonly engine: Engine,
    readonly kv: KvCache,
    private readonly requests: RequestTable,
    private readonly sequences: Sequences,
    private readonly events: SchedulerEvents,
  ) {
    this.running = new RunningList(sequences);
    this.cutter = new ChunkCutter(engine, requests, sequences);
    this.due = new DueSteps(sequences);
    this.decodeTokens = 1 + engine.kv.mtpTokens;
  }

  get runningCount(): number {
    return this.decodeBatch + this.prefilling.length;
  }

  /** Whether a request that arrives now could start in the next step. */
  get open(): boolean {
    return this.waiting.size === 0 && this.runningCount < this.engine.maxNumSeqs;
  }

  /** Steps until something other than decoding happens. */
  get stepsAhead(): number {
    return this.due.first - this.steps;
  }

  /** Decides the next step; its plan is empty when it only decodes. */
  schedule(nowSeconds: number): void {
    this.kv.beginStep();
    this.plan.clear();
    if (!this.scheduleRunning(nowSeconds)) this.scheduleWaiting(nowSeconds);
  }

  private get budget(): number {
    return (
      this.engine.chunks.maxNumBatchedTokens - this.decodeBatch * this.decodeTokens - this.plan.prefillTokens
    );
  }

  /** @returns whether a request was preempted */
  private scheduleRunning(nowSeconds: number): boolean {
    if (this.growing.length === 0 && this.prefilling.length === 0) return false;
    const { order } = this.sequences;
    const work = this.prefilling.length === 0 ? this.growing : [...this.growing, ...this.prefilling];
    if (work.length > 1) work.sort((a, b) => order[a]! - order[b]!);
    this.growing = [];
    const before = this.preemptions;
    for (const request of work) {
      if (order[request]! < 0) continue;
      const decoding = this.sequences.isDecoding(request);
      const chunk = decoding ? 0 : this.cutter.chunkOf(request, this.budget);
      if (!decoding && chunk === 0) continue;
      const tokens = decoding
        ? this.computedTokens(request) + this.decodeTokens
        : this.sequences.computed[request]! + chunk;
      if (!this.makeRoom(request, tokens, chunk, nowSeconds)) break;
      if (decoding) this.watch(request, this.steps + 1);
      else this.plan.add(request, this.sequences.computed[request]!, chunk);
    }
    return this.preemptions > before;
  }

  /** Claims blocks, preempting from the end of the running list; false when the request had to go itself. */
  private makeRoom(request: number, tokens: number, chunk: number, nowSeconds: number): boolean {
    const checkpoint = chunk > 0 && this.cutter.checkpointIn(request, tokens);
    const processedTokens = this.computedTokens(request);
    const room = { processedTokens, tokens, finalTokens: chunk > 0 ? tokens : processedTokens, checkpoint };
    while (!this.kv.grow(request, room)) {
      const victim = this.running.popLast();
      this.preempt(victim, nowSeconds);
      if (victim === request) return false;
    }
    return true;
  }

  private preempt(request: number, nowSeconds: number): void {
    const { sequences, requests } = this;
    const computed = this.computedTokens(request);
    if (!sequences.isDecoding(request)) {
      this.prefilling = this.prefilling.filter((other) => other !== request);
    } else {
      this.decodeBatch--;
      this.contextTokens -= this.contextOf(request);
      const gained = computed - sequences.total[request]!;
      requests.generatedTokens[request] = Math.min(
        requests.generatedTokens[request]! + gained,
        requests.outputTokens[request]! - 1,
      );
      sequences.lastTokenSeconds.set(request, nowSeconds);
    }
    this.kv.preempt(request, computed);
    sequences.leave(request);
    this.waiting.pushFront(request);
    this.preemptions++;
    this.lostTokens += computed;
  }

  private scheduleWaiting(nowSeconds: number): void {
    const { sequences, requests, waiting, engine } = this;
    while (waiting.size > 0 && this.budget > 0 && this.runningCount < engine.maxNumSeqs) {
      const request = waiting.first;
      const total = requests.inputTokens[request]! + requests.generatedTokens[request]!;
      const hit = this.kv.lookup(request, total);
      if (hit.pending) return;
      sequences.computed[request] = hit.tokens;
      sequences.total[request] = total;
      sequences.junction[request] = hit.junction;
      const chunk = this.cutter.chunkOf(request, this.budget);
      if (chunk === 0) return;
      const tokens = hit.tokens + chunk;
      const room = {
        processedTokens: hit.tokens,
        tokens,
        finalTokens: tokens,
        checkpoint: this.cutter.checkpointIn(request, tokens),
      };
      if (!this.kv.admit(request, total, this.cutter.checkpointIn(request, total), room)) return;
      waiting.shift();
      this.running.push(request);
      this.prefilling.push(request);
      this.cachedTokens += hit.tokens;
      if (Number.isNaN(requests.scheduledSeconds[request]!)) requests.scheduledSeconds[request] = nowSeconds;
      this.plan.add(request, hit.tokens, chunk);
    }
  }

  /** Books `steps` steps as done at `nowSeconds`: chunks computed, tokens gained, sequences ended. */
  complete(steps: number, nowSeconds: number): void {
    this.steps += steps;
    this.contextTokens += steps * this.decodeBatch * this.engine.tokensPerStep;
    if (this.plan.requests.length > 0) this.completeChunks(nowSeconds);
    const { dueStep, finishStep } = this.sequences;
    while (this.due.first <= this.steps) {
      const request = this.due.shift();
      if (finishStep[request] === dueStep[request]) {
        this.decodeBatch--;
        this.contextTokens = this.decodeBatch === 0 ? 0 : this.contextTokens - this.contextOf(request);
        this.finish(request);
      } else this.growing.push(request);
    }
  }

  private completeChunks(nowSeconds: number): void {
    const { sequences, requests, plan } = this;
    this.prefillTokens += plan.prefillTokens;
    for (let i = 0; i < plan.requests.length; i++) {
      const request = plan.requests[i]!;
      sequences.computed[request] = sequences.computed[request]! + plan.tokens[i]!;
      if (sequences.computed[request]! < sequences.total[request]!) continue;
      const generated = requests.generatedTokens[request]! + 1;
      requests.generatedTokens[request] = generated;
      if (generated === 1) requests.firstTokenSeconds[request] = nowSeconds;
      const last = sequences.lastTokenSeconds.get(request);
      if (last !== undefined) {
        this.resumed++;
        this.events.resumed(nowSeconds - last);
        sequences.lastTokenSeconds.delete(request);
      }
      if (generated === requests.outputTokens[request]!) this.finish(request);
      else this.startDecoding(request);
    }
    this.prefilling = this.prefilling.filter(
      (request) => sequences.order[request]! >= 0 && !sequences.isDecoding(request),
    );
  }

  private startDecoding(request: number): void {
    const { sequences, requests } = this;
    const remaining = requests.outputTokens[request]! - requests.generatedTokens[request]!;
    sequences.decodeStart[request] = this.steps;
    sequences.finishStep[request] = this.steps + Math.ceil(remaining / this.engine.tokensPerStep - 1e-9);
    this.decodeBatch++;
    this.contextTokens += this.contextOf(request);
    this.watch(request, this.steps);
  }

  /** Notes the step after which a decoding request needs attention next. */
  private watch(request: number, earliest: number): void {
    const { sequences } = this;
    const start = sequences.decodeStart[request]!;
    const missing = (this.kv.growsAt(request) - sequences.total[request]!) / this.engine.tokensPerStep;
    const growStep = Math.max(start + Math.ceil(missing - 1e-9), earliest);
    this.due.note(request, Math.min(growStep, sequences.finishStep[request]!));
  }

  private finish(request: number): void {
    const { requests, sequences } = this;
    const { inputTokens, outputTokens, generatedTokens } = requests;
    generatedTokens[request] = outputTokens[request]!;
    this.kv.release(request, inputTokens[request]! + outputTokens[request]! - 1);
    sequences.leave(request);
    this.events.finished(request);
  }

  /** Tokens of the sequence in the KV cache. */
  private computedTokens(request: number): number {
    const start = this.sequences.decodeStart[request]!;
    if (Number.isNaN(start)) return this.sequences.computed[request]!;
    return (
      this.sequences.total[request]! + Math.floor((this.steps - start) * this.engine.tokensPerStep + 1e-9)
    );
  }

  /** What the sequence attends to in its next decode step: its cached tokens and the one it computes. */
  private contextOf(request: number): number {
    const { total, decodeStart } = this.sequences;
    return total[request]! + (this.steps - decodeStart[request]!) * this.engine.tokensPerStep + 1;
  }
}
