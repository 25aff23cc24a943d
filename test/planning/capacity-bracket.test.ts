import { CapacityBracket, CLEARLY } from '../../src/planning/capacity-bracket';
import { holds } from '../../src/planning/design';
import { openSearch } from '../../src/planning/search';
import { contextOf, randomInput, seeded } from './random-requirements';

/** .ci/run asks for more. */
const CASES = Number(process.env.PROPERTY_CASES ?? 40);

/** The same halving with every rate looked at. */
function plainly(holdsAt: (rate: number) => boolean): number {
  const bracket = new CapacityBracket(holdsAt, Number.POSITIVE_INFINITY);
  return bracket.settle().requestsPerSecond;
}

test('asked for more and more, it finds what looking at every rate finds, and looks less', () => {
  const random = seeded(3);
  for (let i = 0; i < 200; i++) {
    const capacity = 1e-2 * 1e6 ** random();
    let looks = 0;
    const holdsAt = (rate: number): boolean => {
      looks++;
      return rate <= capacity;
    };
    const bracket = new CapacityBracket(holdsAt, capacity * (1 + 3 * random()));
    const asked = Array.from({ length: 6 }, () => capacity * 10 ** (4 * random() - 2)).sort((a, b) => a - b);
    const found = plainly((rate) => rate <= capacity);
    for (const rate of asked) expect(bracket.atLeast(rate)).toBe(found >= rate);
    looks = 0;
    expect(bracket.settle().requestsPerSecond).toBe(found);
    expect(looks).toBeLessThanOrEqual(13);
  }
});

test('a rate far out of reach is one look', () => {
  let looks = 0;
  const bracket = new CapacityBracket((rate) => {
    looks++;
    return rate <= 1;
  }, Number.POSITIVE_INFINITY);
  expect(bracket.atLeast(5)).toBe(false);
  expect(bracket.atLeast(7)).toBe(false);
  expect(looks).toBe(1);
});

test(`${CASES} random requirements: above a rate with a problem there is none that clearly holds`, () => {
  const random = seeded(11);
  let compared = 0;
  for (let i = 0; i < CASES; i++) {
    const input = randomInput(random);
    const context = contextOf({ ...input, sizing: { survive: 'nothing' } });
    const { prospects, stores } = openSearch(context);
    const store = stores(context);
    const prospect = prospects[Math.floor(random() * prospects.length)];
    if (prospect === undefined) continue;
    const set = store.of(prospect.candidate);
    const outcome = set.get(Math.floor(random() * set.size));
    if (!outcome.ok) continue;
    const { design } = outcome;
    const holdsAt = (rate: number): boolean => holds(design, context.requirements, rate);
    const capacity = plainly(holdsAt);
    if (capacity === 0) continue;
    compared++;
    let lowestBad = Number.POSITIVE_INFINITY;
    for (let rate = capacity / 3; rate < 4 * capacity; rate *= 1.02) {
      if (!holdsAt(rate)) lowestBad = Math.min(lowestBad, rate);
      else expect(rate).toBeLessThan(lowestBad * Math.sqrt(CLEARLY));
    }
  }
  expect(compared).toBeGreaterThan(CASES / 4);
});
