import { fallingRoot } from '../../src/performance/falling-root';
import { inLine } from '../../src/performance/one-by-one';
import type { PromptWork } from '../../src/performance/prompt-work';

/** Prompts of ten full steps, of an engine whose steps take no time besides. */
const work = {
  steps: 10,
  fullSteps: 10,
  leftover: 0,
  variation: 0,
  promptsPerStep: 0.1,
} as unknown as PromptWork;
const atOnce = { busy: 1, step: 1e-9, prompt: 1, outside: 0, stepsOutside: 0, calmSteps: 0 };

test('without a time outside many clients queue as in M/D/1', () => {
  for (const load of [0.1, 0.4, 0.7]) {
    const { waitSeconds, fullShare } = inLine(work, { ...atOnce, others: 1e6, ends: load / 10 });
    expect(fullShare).toBeCloseTo(load, 9);
    // Those who end with the same step add half of a step's share.
    expect(Math.abs(waitSeconds / (load / (2 * (1 - load))) - 1)).toBeLessThan(0.15);
  }
});

/** Mean value analysis of so many clients before one server that takes a second: what one waits, seconds, by the time elsewhere. */
function waitOfFew(clients: number, elsewhere: number): { wait: number; load: number } {
  let queue = 0;
  let load = 0;
  let wait = 0;
  for (let n = 1; n <= clients; n++) {
    wait = queue + load / 2;
    load = n / (elsewhere + 1 + wait);
    queue = load * wait;
  }
  return { wait, load };
}

test.each([3, 4, 8, 16])('%d clients queue as in mean value analysis', (clients) => {
  // Half of the time, and up to 70%.
  for (const elsewhere of [2 * clients, 1.35 * clients]) {
    const { wait, load } = waitOfFew(clients, elsewhere);
    expect(load).toBeLessThan(0.7);
    const others = clients - 1;
    const { waitSeconds } = inLine(work, { ...atOnce, others, ends: (load * others) / clients / 10 });
    // A tenth of a wait that is itself a part of the TTFT; open M/D/1 would be further off.
    expect(Math.abs(waitSeconds / wait - 1)).toBeLessThan(0.1);
  }
});

test('an only other client is met while it computes, and not more often', () => {
  const ends = 0.001;
  const { waitSeconds } = inLine(work, {
    ...atOnce,
    others: 1,
    ends,
    stepsOutside: 20,
    calmSteps: 20,
    outside: 1e-6,
  });
  // It is outside, or in one of its ten steps.
  expect(waitSeconds).toBeGreaterThan(ends * 20);
  expect(waitSeconds).toBeLessThan(ends * 30.6);
});

test('of those who end with the same step half are ahead, and fill up what a prompt leaves', () => {
  const roomy = { ...work, steps: 1, fullSteps: 0.5, leftover: 5 };
  for (const ends of [1e-4, 1e-3])
    expect(inLine(roomy, { ...atOnce, others: 1e6, ends }).filled / ends).toBeCloseTo(0.5, 2);
});

test('a falling function is solved, however steep, and its bound given where it does not fall so far', () => {
  expect(fallingRoot((x) => 2 - x, 5)).toBeCloseTo(2, 3);
  expect(fallingRoot((x) => 1 - 1e-4 / (1 - x), 1 - 1e-6)).toBeCloseTo(1 - 1e-4, 6);
  expect(fallingRoot(() => 1, 5)).toBe(5);
});
