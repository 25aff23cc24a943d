import { NO_QUEUE, slotQueue, slotsOfRanks } from '../../src/performance/slots';
import { EventHeap } from '../../src/simulation/event-heap';
import { RandomStream } from '../../src/simulation/random';

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

/** Mean wait of requests that each go to the rank with fewest, where as many wait as have no slot there. */
function simulatedWait(
  ranks: number,
  slots: number,
  load: number,
  holding: (r: RandomStream) => number,
): number {
  const random = new RandomStream(7, 0);
  const ends = new EventHeap();
  const inRank = new Array<number>(ranks).fill(0);
  const lines: number[][] = inRank.map(() => []);
  const count = 300_000;
  let now = 0;
  let waited = 0;
  for (let i = 0; i < count; i++) {
    now += random.exponential() / (load * slots * ranks);
    while (ends.firstKey <= now) {
      const end = ends.firstKey;
      const rank = ends.pop();
      inRank[rank]!--;
      const first = lines[rank]!.shift();
      if (first === undefined) continue;
      waited += end - first;
      ends.push(end + holding(random), rank);
    }
    const rank = inRank.indexOf(Math.min(...inRank));
    if (inRank[rank]!++ < slots) ends.push(now + holding(random), rank);
    else lines[rank]!.push(now);
  }
  return waited / count;
}

test('slots of several ranks: the simulated wait at the rank with fewest', () => {
  for (const [ranks, slots, load] of [
    [2, 5, 0.6],
    [2, 12, 0.7],
    [4, 5, 0.7],
    [8, 2, 0.6],
  ] as const)
    for (const variation of [0, 1]) {
      const holding = constant(1);
      const one = slotQueue(slots, load * slots, load * slots, holding, variation, 1);
      const { meanWait } = slotsOfRanks(one, ranks, slots, load * slots, holding, variation);
      const simulated = simulatedWait(ranks, slots, load, (r) => (variation === 0 ? 1 : r.exponential()));
      expect(Math.abs(meanWait / simulated - 1)).toBeLessThan(0.15);
    }
  expect(slotsOfRanks(NO_QUEUE, 4, 8, 0.5, constant(1), 0)).toEqual(NO_QUEUE);
});

test('thousands of slots do not overflow', () => {
  const { waiting, meanWait } = slotQueue(2000, 1980, 1980, constant(1), 1, 1);
  // Halfin and Whitt: beta = 20 / sqrt(2000).
  expect(waiting).toBeGreaterThan(0.5);
  expect(waiting).toBeLessThan(0.6);
  expect(meanWait).toBeCloseTo(waiting / 20, 6);
});
