import type { Engine } from '../../src/simulation/engine';
import { alignedChunk } from '../../src/vllm/prefill-chunk';
import { ReferencePool, type ReferenceRequest } from './reference-pool';

interface Sequence extends ReferenceRequest {
  readonly arrival: number;
  computed: number;
  total: number;
  generated: number;
  /** Output tokens of the current decode phase, a fraction with drafts. */
  gained: number;
  decoding: boolean;
  junction: number;
}

export interface ReferenceTimes {
  readonly scheduled: number[];
  readonly first: number[];
  readonly finish: number[];
  preemptions: number;
  mostUsed: number;
}

/**
 * One replica, one step at a time, every running request visited in every step, as vLLM's `schedule()` reads.
 * Shares with the fast engine only the rule for cutting chunks, which has tests of its own.
 */
export function referenceRun(
  engine: Engine,
  asked: readonly (ReferenceRequest & { arrival: number })[],
): ReferenceTimes {
  const { kv: g, timer, tokensPerStep } = engine;
  const pool = new ReferencePool(g);
  const coming: Sequence[] = asked.map((r) => ({
    ...r,
    computed: 0,
    total: 0,
    generated: 0,
    gained: 0,
    decoding: false,
    junction: 0,
  }));
  const waiting: Sequence[] = [];
  const running: Sequence[] = [];
  const times: ReferenceTimes = { scheduled: [], first: [], finish: [], preemptions: 0, mostUsed: 0 };
  let now = 0;

  const decodeTokens = 1 + g.mtpTokens;
  const computedOf = (s: Sequence): number =>
    s.decoding ? s.total + Math.floor(s.gained + 1e-9) : s.computed;
  const chunkOf = (s: Sequence, budget: number): number => {
    const tokens = Math.min(s.total - s.computed, budget);
    if (tokens <= 0) return 0;
    const request = { start: s.computed, total: s.total, promptTokens: s.input, junction: s.junction };
    return g.aligned ? alignedChunk(request, tokens, engine.chunks) : tokens;
  };

  while (coming.length + waiting.length + running.length > 0) {
    if (waiting.length + running.length === 0) now = Math.max(now, coming[0]!.arrival);
    while (coming.length > 0 && coming[0]!.arrival <= now) waiting.push(coming.shift()!);
    pool.step++;
    const chunks: [Sequence, number][] = [];
    const budget = (): number =>
      engine.chunks.maxNumBatchedTokens -
      running.filter((s) => s.decoding).length * decodeTokens -
      chunks.reduce((sum, [, tokens]) => sum + tokens, 0);

    let preempted = false;
    for (let i = 0; i < running.length; i++) {
      const s = running[i]!;
      const chunk = s.decoding ? 0 : chunkOf(s, budget());
      if (!s.decoding && chunk === 0) continue;
      const before = computedOf(s);
      while (!pool.allocate(s, 0, before + (s.decoding ? decodeTokens : chunk), before, 0)) {
        const victim = running.pop()!;
        const kept = computedOf(victim);
        if (victim.decoding)
          victim.generated = Math.min(victim.generated + Math.floor(victim.gained), victim.output - 1);
        pool.release(victim, kept);
        Object.assign(victim, { computed: 0, gained: 0, decoding: false });
        waiting.unshift(victim);
        times.preemptions++;
        preempted = true;
        if (victim === s) break;
      }
      if (running[i] !== s) break;
      pool.cache(s, s.decoding ? before : before + chunk, s.junction);
      if (!s.decoding) chunks.push([s, chunk]);
    }

    while (!preempted && waiting.length > 0 && budget() > 0 && running.length < engine.maxNumSeqs) {
      const s = waiting[0]!;
      s.total = s.input + s.generated;
      const hit = pool.lookup(s, s.total);
      if (hit.pending) break;
      s.computed = hit.tokens;
      s.junction = hit.junction;
      const chunk = chunkOf(s, budget());
      if (chunk === 0 || !pool.allocate(s, hit.tokens, hit.tokens + chunk, hit.tokens, s.total)) break;
      pool.cache(s, hit.tokens + chunk, s.junction);
      running.push(waiting.shift()!);
      times.scheduled[s.id] ??= now;
      chunks.push([s, chunk]);
    }
    times.mostUsed = Math.max(times.mostUsed, pool.used);

    const decoding = running.filter((s) => s.decoding);
    if (decoding.length + chunks.length === 0) continue;
    const context = decoding.reduce((sum, s) => sum + s.total + s.gained + 1, 0);
    const prefillTokens = chunks.reduce((sum, [, tokens]) => sum + tokens, 0);
    const prefillPairs = chunks.reduce((sum, [s, tokens]) => sum + tokens * (s.computed + tokens / 2), 0);
    now +=
      chunks.length > 0
        ? timer.mixedSeconds({
            decodeBatch: decoding.length,
            decodeContextTokens: context,
            prefillTokens,
            prefillPairs,
          })
        : timer.decodeBaseSeconds(decoding.length) +
          timer.decodeSecondsPerContextToken(decoding.length) * context;

    const end = (s: Sequence): void => {
      times.finish[s.id] = now;
      running.splice(running.indexOf(s), 1);
      pool.release(s, s.input + s.output - 1);
    };
    for (const [s, tokens] of chunks) {
      s.computed += tokens;
      if (s.computed < s.total) continue;
      s.generated++;
      times.first[s.id] ??= now;
      if (s.generated === s.output) end(s);
      else s.decoding = true;
    }
    for (const s of decoding) {
      s.gained += tokensPerStep;
      if (s.generated + s.gained >= s.output - 1e-9) end(s);
    }
  }
  return times;
}
