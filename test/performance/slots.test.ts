import { NO_QUEUE, slotQueue, slotsOfRanks } from '../../src/performance/slots';

const constant = (seconds: number) => () => seconds;

test('one slot: M/M/1, M/D/1, and Pollaczek and Khinchine in between', () => {
  const load = 0.6;
  for (const variation of [0, 0.5, 1]) {
    const { waiting, meanWait, crowding } = slotQueue(1, load, load, constant(1), variation, 1);
    expect(waiting).toBeCloseTo(load, 9);
    expect(meanWait).toBeCloseTo((load * (1 + variation)) / 2 / (1 - load), 9);
    expect(crowding).toBeCloseTo(1, 3);
  }
});

test('several slots of exponential holding times are Erlang C', () => {
  // Two servers at one Erlang: one in three waits.
  const { waiting, meanWait } = slotQueue(2, 0.5, 1, constant(2), 1, 1);
  expect(waiting).toBeCloseTo(1 / 3, 9);
  expect(meanWait).toBeCloseTo((1 / 3) * 2, 9);
});

test('equal holding times wait a little more than half as long, where there are several slots', () => {
  const exponential = slotQueue(2, 1.6, 1.6, constant(1), 1, 1).meanWait;
  const fixed = slotQueue(2, 1.6, 1.6, constant(1), 0, 1).meanWait;
  expect(exponential).toBeCloseTo(1.7778, 3);
  expect(fixed / exponential).toBeGreaterThan(0.5);
  expect(fixed / exponential).toBeLessThan(0.53);
});

test('where others slow a sequence down, a limit on their number leaves fewer in the engine', () => {
  const slowing = (taken: number): number => 1 + 0.2 * taken;
  const { crowding, waiting } = slotQueue(4, 1.2, 2, slowing, 0, 1);
  expect(waiting).toBeGreaterThan(0.1);
  expect(crowding).toBeLessThan(1);
});

test('clusters wait longer; far below capacity nobody waits; beyond it the wait has no end', () => {
  const wait = (dispersion: number): number => slotQueue(5, 3, 3, constant(1), 0, dispersion).meanWait;
  expect(wait(1.3)).toBeGreaterThan(1.2 * wait(1));
  expect(slotQueue(100, 20, 20, constant(1), 0, 1)).toMatchObject({ waiting: 0, meanWait: 0, crowding: 1 });
  expect(slotQueue(4, 4, 4, constant(1), 0, 1).meanWait).toBe(Number.POSITIVE_INFINITY);
});

test('the slots of several ranks are one line: M/M/c of all of them', () => {
  for (const [ranks, slots] of [
    [2, 1],
    [4, 2],
    [2, 12],
  ] as const) {
    const load = 0.8;
    const of = (servers: number) => slotQueue(servers, load * servers, load * servers, constant(1), 1, 1);
    const one = slotsOfRanks(of(slots), ranks, slots, load);
    const line = of(ranks * slots);
    // Sakasegawa's approximation of both.
    expect(Math.abs(one.meanWait / line.meanWait - 1)).toBeLessThan(0.1);
    expect(Math.abs(one.waiting / line.waiting - 1)).toBeLessThan(0.1);
  }
  expect(slotsOfRanks(NO_QUEUE, 4, 8, 0.5)).toEqual(NO_QUEUE);
});

test('thousands of slots do not overflow', () => {
  const { waiting, meanWait } = slotQueue(2000, 1980, 1980, constant(1), 1, 1);
  // Halfin and Whitt: beta = 20 / sqrt(2000).
  expect(waiting).toBeGreaterThan(0.5);
  expect(waiting).toBeLessThan(0.6);
  expect(meanWait).toBeCloseTo(waiting / 20, 6);
});
