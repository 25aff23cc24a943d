import { cheapestOption, openSearch } from '../../src/planning/search';
import { contextOf, randomInput, seeded } from './random-requirements';

/** .ci/run compares 200. */
const CASES = Number(process.env.EXHAUSTIVE_CASES ?? 36);

/** What two searches must agree on: everything that describes the answer. */
const described = (option: ReturnType<typeof cheapestOption>) =>
  option === null
    ? null
    : {
        usdPerMonth: option.cost.usdPerMonth,
        type: option.candidate.offer.type.name,
        region: option.candidate.offer.offering.region,
        design: option.design.key,
        instances: option.instances,
        capacity: option.capacityRequestsPerSecond,
      };

test(`${CASES} random requirements over the full catalogue: bounds change nothing`, () => {
  const random = seeded(20261123);
  let planned = 0;
  for (let i = 0; i < CASES; i++) {
    const input = randomInput(random);
    const search = openSearch(contextOf(input));
    const quick = described(cheapestOption(search));
    // Predictions are shared, what was concluded from them is not.
    const full = described(cheapestOption(search.vary(search.context.requirements), {}, true));
    expect([i, input, quick]).toEqual([i, input, full]);
    if (full !== null) planned++;
  }
  expect(planned).toBeGreaterThan(CASES / 3);
}, 120_000);
