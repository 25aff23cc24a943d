import { trafficOf } from '../../src/planning/traffic';
import { makePlan } from '../stacks/make-plan';

const traffic = (streaming: boolean) =>
  trafficOf(
    makePlan({
      requirements: {
        workload: {
          streaming,
          requestsPerSecond: 2,
          inputTokens: { mean: 1000, p95: 1000 },
          outputTokens: { mean: 400, p95: 400 },
        },
      },
    }).requirements,
  );

test('answers are counted as streamed, a chunk of JSON for each token, whether clients said so or not', () => {
  // 2 requests a second of 1,000 prompt tokens of 4 bytes and 400 chunks of 250.
  expect(traffic(false).gigabytesPerSecond).toBeCloseTo((2 * (1000 * 4 + 400 * 250)) / 1e9, 12);
  expect(traffic(true)).toEqual(traffic(false));
});
