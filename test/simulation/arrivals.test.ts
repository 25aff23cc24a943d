import { gapSampler } from '../../src/simulation/arrivals';
import { RandomStream } from '../../src/simulation/random';

const GAPS = 200_000;

/** Mean and squared coefficient of variation of many gaps at 4 requests a second. */
function gapsOf(arrivals: Parameters<typeof gapSampler>[0]): { mean: number; variation: number } {
  const next = gapSampler(arrivals, 4, new RandomStream(11, 0));
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < GAPS; i++) {
    const gap = next();
    sum += gap;
    squares += gap * gap;
  }
  const mean = sum / GAPS;
  return { mean, variation: squares / GAPS / (mean * mean) - 1 };
}

test('the asked rate comes however it comes, and bursts come as burstily as asked', () => {
  const requestsPerSecond = 4;
  expect(gapsOf({ kind: 'constant', requestsPerSecond })).toEqual({ mean: 0.25, variation: 0 });
  const poisson = gapsOf({ kind: 'poisson', requestsPerSecond });
  expect(poisson.mean).toBeCloseTo(0.25, 2);
  expect(poisson.variation).toBeCloseTo(1, 1);
  // Gamma of that shape, as vLLM's benchmark: a squared coefficient of variation of 1 over it.
  for (const burstiness of [0.3, 1, 4]) {
    const { mean, variation } = gapsOf({ kind: 'gamma', requestsPerSecond, burstiness });
    expect(mean / 0.25).toBeCloseTo(1, 1);
    expect(variation * burstiness).toBeCloseTo(1, 1);
  }
});
