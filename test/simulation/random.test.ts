import { DurationHistogram } from '../../src/simulation/histogram';
import { lengthSampler, lognormalOf } from '../../src/simulation/lengths';
import { RandomStream } from '../../src/simulation/random';

const DRAWS = 200_000;
const momentsOf = (draw: () => number) => {
  const values = Array.from({ length: DRAWS }, draw).sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS;
  return { mean, variance, p95: values[Math.floor(0.95 * DRAWS)]! };
};

test('gamma draws have mean and variance of their shape', () => {
  for (const shape of [0.1, 0.5, 1, 4]) {
    const random = new RandomStream(5, 0);
    const { mean, variance } = momentsOf(() => random.gamma(shape));
    expect(Math.abs(mean / shape - 1)).toBeLessThan(0.02);
    expect(Math.abs(variance / shape - 1)).toBeLessThan(0.06);
  }
});

test('log-normal lengths have the mean and 95th percentile asked for', () => {
  expect(lognormalOf(1000, 1000).sigma).toBe(0);
  for (const [mean, p95] of [
    [1000, 2500],
    [1155, 4083],
    [300, 301],
  ] as const) {
    const length = { kind: 'lognormal', mean, p95 } as const;
    const draw = lengthSampler(
      { kind: 'independent', input: length, output: length },
      new RandomStream(3, 0),
    );
    const moments = momentsOf(() => draw().input);
    expect(Math.abs(moments.mean / mean - 1)).toBeLessThan(0.02);
    expect(Math.abs(moments.p95 / p95 - 1)).toBeLessThan(0.03);
  }
});

test('streams of a seed differ and repeat', () => {
  const draws = (seed: number, stream: number) => {
    const random = new RandomStream(seed, stream);
    return [random.uniform(), random.normal(), random.exponential()];
  };
  expect(draws(1, 0)).toEqual(draws(1, 0));
  expect(draws(1, 0)).not.toEqual(draws(1, 1));
  expect(draws(1, 0)).not.toEqual(draws(2, 0));
});

test('histogram quantiles are within 0.25% of exact ones', () => {
  const random = new RandomStream(9, 0);
  const histogram = new DurationHistogram();
  const all: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    const first = 0.01 * Math.exp(random.normal());
    const steps = 1 + Math.floor(random.uniform() * 5);
    histogram.addRun(first, 1e-4, steps, 2);
    for (let step = 0; step < steps; step++) all.push(first + 1e-4 * step, first + 1e-4 * step);
  }
  all.sort((a, b) => a - b);
  for (const probability of [0.1, 0.5, 0.9, 0.99]) {
    const exact = all[Math.ceil(probability * all.length) - 1]!;
    expect(Math.abs(histogram.quantile(probability) / exact - 1)).toBeLessThan(0.0026);
  }
  expect(histogram.sum / histogram.count).toBeCloseTo(
    all.reduce((sum, value) => sum + value, 0) / all.length,
    10,
  );
});

test('a run over several buckets counts as its steps one by one do', () => {
  const random = new RandomStream(9, 1);
  const quantiles = (histogram: DurationHistogram) =>
    Array.from({ length: 101 }, (_, i) => histogram.quantile(i / 100));
  for (let run = 0; run < 200; run++) {
    const [whole, single] = [new DurationHistogram(), new DurationHistogram()];
    const first = 0.01 * Math.exp(random.normal());
    const steps = 1 + Math.floor(random.uniform() * 500);
    const increment = first * random.uniform() ** 4 * 0.1;
    whole.addRun(first, increment, steps, 3);
    for (let step = 0; step < steps; step++) single.addRun(first + increment * step, 0, 1, 3);
    expect(quantiles(whole)).toEqual(quantiles(single));
  }
});
