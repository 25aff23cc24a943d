import {
  expectedMin,
  giniIndex,
  lognormalNodes,
  mixtureP95,
  normalTail,
  passageWithin,
  squaredVariation,
  tailOf,
} from '../../src/performance/queueing';

test('E[min(N, limit)] of a Poisson number', () => {
  expect(expectedMin(0.5, 1)).toBeCloseTo(1 - Math.exp(-0.5), 12);
  expect(expectedMin(3, 1e3)).toBeCloseTo(3, 6);
  expect(expectedMin(2, 0.5)).toBeCloseTo(0.5 * expectedMin(2, 1), 12);
});

test('log-normal lengths: five nodes carry mean and variation, the Gini index is known', () => {
  const variation = squaredVariation(1000, 2500);
  const nodes = lognormalNodes(1000, variation);
  const moment = (power: number): number =>
    nodes.reduce((sum, { value, weight }) => sum + weight * value ** power, 0);
  expect(moment(0)).toBeCloseTo(1, 4);
  expect(moment(1) / 1000).toBeCloseTo(1, 2);
  expect(moment(2) / 1000 ** 2 / (1 + variation)).toBeCloseTo(1, 2);
  expect(lognormalNodes(7, 0)).toEqual([{ value: 7, weight: 1 }]);
  // sigma = 1: erf(1/2).
  expect(giniIndex(Math.E - 1)).toBeCloseTo(0.5204999, 5);
  expect(giniIndex(0)).toBeCloseTo(0, 6);
});

test('tails', () => {
  expect(normalTail(1.6448536)).toBeCloseTo(0.05, 6);
  expect(normalTail(-1.6448536)).toBeCloseTo(0.95, 6);
  // Gamma of shape 4, scale 1: P(X > 7.7537) = 0.05; shape 1 is exponential.
  expect(tailOf({ least: 0, mean: 4, variance: 4 })(7.7537)).toBeCloseTo(0.05, 3);
  expect(tailOf({ least: 10, mean: 11, variance: 1 })(10 + Math.log(20))).toBeCloseTo(0.05, 2);
  expect(tailOf({ least: 1, width: 2 })(2.5)).toBe(0.25);
});

test('E[min(T, limit)] of a first passage: integral of the tail of an inverse Gaussian', () => {
  const [mean, variation, limit] = [17, 0.6, 25];
  const shape = mean / variation;
  const density = (t: number): number =>
    Math.sqrt(shape / (2 * Math.PI * t ** 3)) * Math.exp((-shape * (t - mean) ** 2) / (2 * mean * mean * t));
  let expected = 0;
  const apart = 0.01;
  for (let t = apart / 2; t < 60 * mean; t += apart) expected += apart * density(t) * Math.min(t, limit);
  expect(passageWithin(limit, mean, variation)).toBeCloseTo(expected, 3);
  expect(passageWithin(1e6, mean, variation)).toBeCloseTo(mean, 4);
  expect(passageWithin(5, mean, 0)).toBe(5);
  expect(passageWithin(0, mean, variation)).toBe(0);
});

test('95th percentile of a mixture', () => {
  expect(mixtureP95([{ weight: 1, least: 0, width: 1 }])).toBeCloseTo(0.95, 3);
  // 90% at 1, 10% evenly from 2 to 4: half of those exceed 3.
  expect(
    mixtureP95([
      { weight: 0.9, least: 1, width: 0 },
      { weight: 0.1, least: 2, width: 2 },
    ]),
  ).toBeCloseTo(3, 2);
});
