import type { PromptWork } from '../../src/performance/prompt-work';
import { roomInLastStep } from '../../src/performance/queue-behind';

/** Rooms that differ from one place of a line to the next, so that each place counts. */
const ROOMS = [0.9, 0.1, 0.7, 0.2, 0.8, 0.3, 0.6, 0.4, 0.5, 0.45];
const work = {
  room: ROOMS[0],
  fullSteps: 2,
  turnSteps: 2,
  variation: 0,
  roomInLine: () => ROOMS,
} as unknown as PromptWork;

/** Borel: a busy period of single prompts serves so many with this probability. */
const borel = (used: number, count: number): number => {
  let factorial = 1;
  for (let i = 2; i <= count; i++) factorial *= i;
  return (Math.exp(-used * count) * (used * count) ** (count - 1)) / factorial;
};

test.each([0.1, 0.5, 0.7])(
  'a prompt is the n-th of its busy period as often as that is so long: %d used',
  (used) => {
    let expected = 0;
    let atLeast = 1;
    let left = 1;
    ROOMS.forEach((room, i) => {
      const share = (1 - used) * atLeast;
      expected += share * room;
      left -= share;
      atLeast -= borel(used, i + 1);
    });
    // Those further behind find what the last that was looked at does.
    expected += left * ROOMS.at(-1)!;
    expect(Math.abs(roomInLastStep(work, used) - expected)).toBeLessThan(0.01);
  },
);

test('nobody ahead: the first of a busy period begins with a step', () => {
  expect(roomInLastStep(work, 1e-6)).toBeCloseTo(ROOMS[0]!, 4);
});
