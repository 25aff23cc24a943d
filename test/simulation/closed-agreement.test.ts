import { sampleClosedCases } from '../../scripts/agreement/closed-cases';
import { type ComparedClosed, compareClosed } from '../../scripts/agreement/compare-closed';
import { burstMeans } from '../../src/performance/burst';
import { predict } from '../../src/performance/prediction';
import { squaredVariation } from '../../src/performance/queueing';
import { simulate } from '../../src/simulation/simulate';
import { configOf, fixedLengths } from './configs';

const engine = configOf({ prefixCaching: false });
const roomy = { pool: { ...engine.pool, blocks: 20_000 } };
const base = { maxBatch: engine.maxNumSeqs, maxNumBatchedTokens: engine.maxNumBatchedTokens };
const error = (closed: number, simulated: number): number => Math.abs(closed / simulated - 1);

/** CI asks for more; `npm run agreement -- --closed` measures a thousand. */
const CASES = Number(process.env.CLOSED_AGREEMENT_CASES ?? 24);
/** What the issue asks of every mean up to this load. */
const MEAN = 0.05;
const BUSIEST = 0.7;
/**
 * Shares of cases whose TTFT may be further off than that and than twice that, by whether prompts are of one length
 * (docs/performance.md has those of unseen ones), and the most.
 */
const BEYOND = { equal: [0.01, 0], varied: [0.01, 0] } as const;
const WORST = 2 * MEAN;

test(`clients in a closed loop, up to 70% load: ${CASES} cases`, () => {
  const steady = sampleClosedCases(20_261_126, CASES)
    .flatMap((c) => compareClosed(c) ?? [])
    .filter(({ utilisation }) => utilisation <= BUSIEST);
  const beyond = (
    cases: readonly ComparedClosed[],
    figure: 'ttft' | 'tpot',
    limit: number,
  ): readonly string[] =>
    cases
      .filter(({ errors }) => Math.abs(errors[figure]) > limit)
      .map(({ errors, name }) => `${figure} ${(100 * errors[figure]).toFixed(1)}%: ${name}`);
  for (const equal of [true, false]) {
    const cases = steady.filter((c) => (c.case.promptSpread === 1) === equal);
    expect(cases.length).toBeGreaterThan(CASES / 10);
    expect(beyond(cases, 'tpot', MEAN)).toEqual([]);
    BEYOND[equal ? 'equal' : 'varied'].forEach((share, i) => {
      expect(beyond(cases, 'ttft', (1 + i) * MEAN).length).toBeLessThanOrEqual(
        Math.ceil(share * cases.length),
      );
    });
    expect(beyond(cases, 'ttft', WORST)).toEqual([]);
  }
}, 300_000);

// The front end takes nearly a whole number of steps: whether a prompt just misses one is decided by how many decode.
test.each([
  ['Qwen3.5-35B-A3B', 'H100', 32, 1000],
  ['Qwen3.5-27B', 'H200', 12, 100],
] as const)(
  'prompts of one length, answers of many: %s on %s, %d clients, %d tokens',
  (model, gpu, clients, inputTokens) => {
    const { errors } = compareClosed({
      engine: [model, 'fp8', gpu, 1],
      caching: false,
      mtpTokens: 0,
      inputTokens,
      outputTokens: 300,
      spread: 1.5,
      promptSpread: 1,
      clients,
      maxNumSeqs: 128,
      seed: 5,
    })!;
    expect(Math.abs(errors.ttft)).toBeLessThan(MEAN);
    expect(Math.abs(errors.tpot)).toBeLessThan(MEAN);
  },
);

// Prefix caching cuts these at a block: in what a cut one leaves of a step's budget others begin.
test.each([1, 1.5] as const)(
  'prompts that caching cuts, 95th percentile %d times the mean: within 5%%',
  (promptSpread) => {
    const { errors } = compareClosed({
      engine: ['Qwen3.5-4B', 'bf16', 'L4', 1],
      caching: true,
      mtpTokens: 0,
      inputTokens: 1000,
      outputTokens: 50,
      spread: 2.5,
      promptSpread,
      clients: 12,
      maxNumSeqs: 128,
      seed: 8,
    })!;
    expect(Math.abs(errors.ttft)).toBeLessThan(MEAN);
    expect(Math.abs(errors.tpot)).toBeLessThan(MEAN);
  },
);

// Why these were off: nearly every step holds a prompt and outlasts the time outside; those who end while one is outside fill up
// the last step of its prompt, and hold up its first steps; few clients are a finite source, and what passes while one is
// outside is not waited for; in a step of one huge prompt nobody ends.
test.each([
  ['short prompts, many clients', 'Qwen3.5-35B-A3B', 'H100', 142, 31, 64, 0],
  ['short prompts, drafts', 'Qwen3.5-35B-A3B', 'H100', 116, 31, 16, 3],
  ['two clients, a budget and a bit', 'Qwen3.5-27B', 'H200', 8807, 60, 2, 0],
  ['eight clients, three budgets', 'Qwen3.5-9B', 'L40S', 5332, 134, 8, 0],
  ['four clients, several budgets', 'Qwen3.5-4B', 'L4', 5376, 119, 4, 1],
] as const)('%s: all means within 5%%', (_, model, gpu, inputTokens, outputTokens, clients, mtpTokens) => {
  const { errors, utilisation } = compareClosed({
    engine: [
      model,
      model.startsWith('Qwen3.5-35B') || model.startsWith('Qwen3.5-27B') ? 'fp8' : 'bf16',
      gpu,
      1,
    ],
    caching: false,
    mtpTokens,
    inputTokens,
    outputTokens,
    spread: 2.5,
    promptSpread: 1,
    clients,
    maxNumSeqs: 128,
    seed: 11,
  })!;
  expect(utilisation).toBeLessThanOrEqual(BUSIEST);
  expect(Math.abs(errors.ttft)).toBeLessThan(MEAN);
  expect(Math.abs(errors.tpot)).toBeLessThan(MEAN);
});

// Outputs of unequal length: clients whose answers all take equally long would stay in step for ever.
test.each([
  [1, 1000, 300],
  [8, 200, 1000],
  [32, 1000, 300],
  [8, 8000, 500],
])(
  '%d clients in a closed loop, %d/%d tokens: all means agree within 5%%',
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
        outputVariation: squaredVariation(1, 1.5),
        arrivals: { kind: 'closed', concurrency, totalRequests: Number.POSITIVE_INFINITY },
      },
      'related',
      false,
    );
    expect(error(closed.tpotSeconds.expected, simulated.tpotSeconds!.mean)).toBeLessThan(0.05);
    expect(error(closed.outputTokensPerSecond.expected, simulated.outputTokensPerSecond)).toBeLessThan(0.05);
    expect(error(closed.ttftSeconds!.expected, simulated.ttftSeconds.mean)).toBeLessThan(
      concurrency === 1 ? 0.01 : 0.05,
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
