import { burstMeans } from '../../src/performance/burst';
import { predict } from '../../src/performance/prediction';
import { simulate } from '../../src/simulation/simulate';
import { configOf, fixedLengths } from './configs';

const engine = configOf({ prefixCaching: false });
const roomy = { pool: { ...engine.pool, blocks: 20_000 } };
const base = { maxBatch: engine.maxNumSeqs, maxNumBatchedTokens: engine.maxNumBatchedTokens };
const error = (closed: number, simulated: number): number => Math.abs(closed / simulated - 1);

// Outputs of unequal length: clients whose answers all take equally long would stay in step for ever.
test.each([
  [1, 1000, 300],
  [8, 200, 1000],
  [32, 1000, 300],
  [8, 8000, 500],
])(
  '%d clients in a closed loop, %d/%d tokens: TPOT and output agree within 5%%',
  (concurrency, inputTokens, outputTokens) => {
    const simulated = simulate({
      ...engine,
      ...roomy,
      lengths: {
        kind: 'independent',
        input: { kind: 'fixed', tokens: inputTokens },
        output: { kind: 'lognormal', mean: outputTokens, p95: 1.5 * outputTokens },
      },
      arrivals: { kind: 'closed', concurrency },
      requests: 250 * concurrency,
      warmupRequests: 30 * concurrency,
    });
    const closed = predict(
      engine.features,
      engine.coefficients,
      {
        ...base,
        inputTokens,
        outputTokens,
        arrivals: { kind: 'closed', concurrency, totalRequests: Number.POSITIVE_INFINITY },
      },
      'related',
      false,
    );
    expect(error(closed.tpotSeconds.expected, simulated.tpotSeconds!.mean)).toBeLessThan(0.05);
    expect(error(closed.outputTokensPerSecond.expected, simulated.outputTokensPerSecond)).toBeLessThan(0.05);
    expect(error(closed.ttftSeconds!.expected, simulated.ttftSeconds.mean)).toBeLessThan(
      concurrency === 1 ? 0.01 : 0.12,
    );
  },
);

test.each([
  [100, 1000, 1000],
  [60, 8000, 400],
  // The first sequences end before the last prompts begin.
  [60, 24_000, 60],
])('a burst of %d, %d/%d tokens: all means agree within 5%%', (requests, inputTokens, outputTokens) => {
  const simulated = simulate({
    ...engine,
    ...roomy,
    lengths: fixedLengths(inputTokens, outputTokens),
    arrivals: { kind: 'closed', concurrency: requests },
    requests,
  });
  const closed = burstMeans(engine.features, engine.coefficients, {
    ...base,
    inputTokens,
    outputTokens,
    requests,
  });
  expect(error(closed.ttftSeconds, simulated.ttftSeconds.mean)).toBeLessThan(0.05);
  expect(error(closed.tpotSeconds, simulated.tpotSeconds!.mean)).toBeLessThan(0.05);
  expect(error(closed.outputTokensPerSecond, simulated.outputTokensPerSecond)).toBeLessThan(0.05);
});
