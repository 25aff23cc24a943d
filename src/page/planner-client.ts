import type { Draft } from './answer';
import type { Question, Reply } from './planner';
import type { State } from './state';

/** A superseded question may still finish within this time; then its worker is ended and a fresh one asked. */
const PATIENCE_MS = 1000;

export type Answer = Extract<Reply, { kind: 'answer' }>;
export type Ready = Extract<Reply, { kind: 'ready' }>;

export interface PlannerEvents {
  /** Once, before the first answer. */
  readonly ready: (ready: Ready) => void;
  /** @param newest whether this is the answer to the last question; answers never come out of order */
  readonly answer: (answer: Answer, newest: boolean) => void;
  /** What is known before the answer; only of the last question. */
  readonly draft: (draft: Draft) => void;
  readonly failed: (message: string) => void;
}

export interface PlannerWorker {
  readonly post: (question: Question) => void;
  readonly end: () => void;
}
export type StartWorker = (
  receive: (reply: Reply) => void,
  failed: (message: string) => void,
) => PlannerWorker;

/**
 * Asks a worker, one question at a time. While it works, only the newest question waits; a running one that a newer has
 * superseded is given a moment, so that a dragged slider shows answers on its way, and is then ended with its worker.
 * @param now milliseconds of a clock
 */
export class PlannerClient {
  private worker: PlannerWorker;
  private running: { readonly id: number; readonly since: number } | null = null;
  private waiting: Extract<Question, { kind: 'plan' }> | null = null;
  private lastId = 0;
  private impatience: ReturnType<typeof setTimeout> | undefined;
  private announced = false;

  constructor(
    private readonly start: StartWorker,
    private readonly opening: Extract<Question, { kind: 'open' }>,
    private readonly events: PlannerEvents,
    private readonly now: () => number,
  ) {
    this.worker = this.open();
  }

  /** Asks; an earlier question that has not been sent is dropped. */
  ask(state: State): void {
    this.waiting = { kind: 'plan', id: ++this.lastId, state };
    if (this.running === null) this.next();
    else this.impatience ??= setTimeout(() => this.restart(), this.running.since + PATIENCE_MS - this.now());
  }

  private open(): PlannerWorker {
    const worker = this.start(
      (reply) => {
        // What an ended worker had under way is nobody's answer.
        if (worker === this.worker) this.receive(reply);
      },
      (message) => this.events.failed(message),
    );
    worker.post(this.opening);
    return worker;
  }

  private receive(reply: Reply): void {
    if (reply.kind === 'ready') {
      if (!this.announced) this.events.ready(reply);
      this.announced = true;
      return;
    }
    if (reply.kind === 'draft') {
      if (reply.id === this.lastId) this.events.draft(reply);
      return;
    }
    this.settle();
    this.next();
    this.events.answer(reply, reply.id === this.lastId);
  }

  private next(): void {
    const question = this.waiting;
    if (question === null) return;
    this.waiting = null;
    this.running = { id: question.id, since: this.now() };
    this.worker.post(question);
  }

  private restart(): void {
    this.settle();
    this.worker.end();
    this.worker = this.open();
    this.next();
  }

  private settle(): void {
    clearTimeout(this.impatience);
    this.impatience = undefined;
    this.running = null;
  }
}
