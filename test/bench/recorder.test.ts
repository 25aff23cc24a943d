import type { Outcome } from '../../src/bench/outcome';
import { Recorder } from '../../src/bench/recorder';

/** An answer of ten tokens, 0.02 s apart unless told. */
const answer = (intendedAt: number, ttft: number, tpot = 0.02, more: Partial<Outcome> = {}): Outcome => ({
  error: null,
  detail: '',
  intendedAt,
  sentAt: intendedAt + 0.001,
  firstTokenAt: intendedAt + ttft,
  lastTokenAt: intendedAt + ttft + 9 * tpot,
  inputTokens: 100,
  outputTokens: 10,
  counted: true,
  cachedTokens: null,
  chunks: 10,
  reopened: false,
  ...more,
});

test('what starts in the warm-up is sent, counted as such, and in no figure', () => {
  const recorder = new Recorder(10, 20, () => 15);
  recorder.outcome(answer(9.9, 5));
  recorder.outcome(answer(9.95, 5, 0.02, { error: 'cut', detail: 'early' }));
  recorder.outcome(answer(10, 0.1));
  recorder.outcome(answer(11, 0.3));
  const { requests, ttftSeconds, tokens } = recorder.measure(20, null);
  expect(requests).toMatchObject({ started: 4, warmUp: 2, measured: 2, succeeded: 2, errors: { cut: 1 } });
  expect(ttftSeconds).toMatchObject({ p50: expect.closeTo(0.2), max: expect.closeTo(0.3) });
  expect(tokens.output).toBe(30);
});

test('gaps count while it measures: neither those of the warm-up nor those after the end', () => {
  let now = 9;
  const recorder = new Recorder(10, 20, () => now);
  for (now of [9, 12, 13, 21]) recorder.gap(now / 100);
  recorder.outcome(answer(11, 0.1));
  const { itlSeconds, histograms } = recorder.measure(20, null);
  expect(itlSeconds!.mean).toBeCloseTo(0.125);
  expect(itlSeconds!.max).toBeCloseTo(0.13);
  expect(histograms.itl.reduce((sum, [, count]) => sum + count, 0)).toBe(2);
});

test('goodput: requests that meet both targets at once, of all that were measured', () => {
  const recorder = new Recorder(0, 10, () => 5);
  recorder.outcome(answer(1, 0.1));
  recorder.outcome(answer(2, 0.6));
  recorder.outcome(answer(3, 0.1, 0.08));
  recorder.outcome(answer(4, 0.1, 0.02, { error: 'stalled' }));
  // One token: no time between tokens to miss.
  recorder.outcome(answer(5, 0.1, 0, { outputTokens: 1, chunks: 1 }));
  const { goodput, tpotSeconds, e2eSeconds } = recorder.measure(10, { ttftSeconds: 0.5, tpotSeconds: 0.05 });
  expect(goodput).toEqual({ ttftSeconds: 0.5, tpotSeconds: 0.05, share: 2 / 5, requestsPerSecond: 0.2 });
  expect(tpotSeconds!.mean).toBeCloseTo((0.02 + 0.02 + 0.08) / 3);
  expect(e2eSeconds!.max).toBeCloseTo(0.1 + 9 * 0.08);
});

test('cached tokens are told only where every answer told them; the longer half of the prompts is kept apart', () => {
  const observed = (cached: (i: number) => number | null) => {
    const recorder = new Recorder(0, 100, () => 50);
    for (let i = 0; i < 20; i++)
      recorder.outcome(answer(i, 0.1 + i / 100, 0.02, { inputTokens: 100 + i, cachedTokens: cached(i) }));
    return recorder.measure(100, null).observed!;
  };
  expect(observed(() => 40).cachedTokens).toBe(40);
  expect(observed((i) => (i === 7 ? null : 40)).cachedTokens).toBeNull();
  const { shortPrompts, longPrompts } = observed(() => 0);
  expect([shortPrompts.requests, longPrompts.requests]).toEqual([10, 10]);
  expect([shortPrompts.ttftSeconds, longPrompts.ttftSeconds]).toEqual([
    expect.closeTo(0.145),
    expect.closeTo(0.245),
  ]);
});
