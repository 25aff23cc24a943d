import { endsBefore, passage, promptsOfSteps, type StepLengths } from '../../src/performance/passing-steps';
import { RandomStream } from '../../src/simulation/random';

/** Steps of 1 second, a third longer with a prompt, and a bit with each further one. */
const promptsOf = (count: number) => [{ seconds: 0.33 + 0.12 * (count - 1), share: 1 }];
const secondsWith = (prompts: number): number => 1 + (prompts > 0 ? promptsOf(prompts)[0]!.seconds : 0);

function poisson(mean: number, random: RandomStream): number {
  let left = Math.exp(-mean);
  const u = random.uniform();
  let count = 0;
  for (let sum = left; u > sum && count < 50; sum += left) {
    count++;
    left *= mean / count;
  }
  return count;
}

/** The same clients step by step: so many end with each, and all come back after a time outside. */
function replayed(ends: number, outside: number, steps: number) {
  const random = new RandomStream(7, 0);
  const away: { readonly from: number; readonly step: number; readonly clients: number }[] = [];
  let now = 0;
  let prompts = 0;
  let withoutPrompt = 0;
  const sum = { clients: 0, rest: 0, steps: 0, prompts: 0 };
  for (let step = 0, head = 0; step < steps; step++) {
    if (prompts === 0) withoutPrompt++;
    now += secondsWith(prompts);
    away.push({ from: now, step, clients: poisson(ends, random) });
    prompts = 0;
    const first = head;
    while (head < away.length && away[head]!.from + outside <= now) prompts += away[head++]!.clients;
    for (const { from, step: left, clients } of away.slice(first, head)) {
      sum.clients += clients;
      sum.rest += clients * (now - from - outside);
      sum.steps += clients * (step - left);
      sum.prompts += clients * prompts;
    }
  }
  return {
    calm: withoutPrompt / steps,
    rest: sum.rest / sum.clients,
    steps: sum.steps / sum.clients,
    prompts: sum.prompts / sum.clients,
  };
}

test.each([
  [0.05, 1.2],
  [0.3, 0.9],
  [0.3, 1.4],
  [0.3, 3.3],
  [0.7, 1.2],
  [0.7, 1.9],
  [1, 2.2],
  [1.4, 1.2],
] as const)(
  'clients that come back after a while meet what they would step by step: %d end in a step, %d steps outside',
  (ends, outside) => {
    const seen = replayed(ends, outside, 60_000);
    const lengths = promptsOfSteps(ends, outside, 1, promptsOf);
    const p = passage(lengths, outside, 1);
    expect(Math.abs(lengths.calm.share - seen.calm)).toBeLessThan(0.06);
    expect(Math.abs(p.rest - seen.rest)).toBeLessThan(0.06);
    expect(Math.abs(p.steps - seen.steps)).toBeLessThan(0.06);
    // Its own prompt, those of others who ended with it, and of those who ended with other steps.
    expect(Math.abs(1 + ends * (1 + p.otherEnds) - seen.prompts)).toBeLessThan(0.2);
  },
);

test('shares sum to one, and steps hold as many prompts as sequences end', () => {
  for (const ends of [0.01, 0.5, 2])
    for (const outside of [0.5, 1.5, 6]) {
      const lengths: StepLengths = promptsOfSteps(ends, outside, 1, (count) => [
        { seconds: count, share: 1 },
      ]);
      const prompts = lengths.mixed.reduce((sum, { seconds, share }) => sum + share * (seconds - 1), 0);
      const shares = lengths.mixed.reduce((sum, { share }) => sum + share, lengths.calm.share);
      expect(shares).toBeCloseTo(1, 9);
      expect(prompts).toBeCloseTo(ends, 6);
    }
});

test('where no step holds a prompt the steps are all alike', () => {
  const lengths = promptsOfSteps(0, 2.4, 1, promptsOf);
  expect(passage(lengths, 2.4, 1)).toEqual({
    rest: expect.closeTo(0.6, 6),
    steps: expect.closeTo(3, 6),
    otherEnds: expect.closeTo(0, 6),
  });
  expect(endsBefore(lengths, 0.9)).toBe(0);
});
