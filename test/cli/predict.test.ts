import { cli } from './harness';

const ENGINE = ['predict', '--model', 'Qwen3.5-35B-A3B', '--checkpoint', 'fp8', '--gpu', 'H200'];
const SHAPE = [...ENGINE, '--isl', '1000', '--osl', '100'];

async function json(...words: string[]) {
  const { code, out, err } = await cli(...words, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out);
}

test.each<[string[], string]>([
  [['--isl', '0'], '--isl: "0" is not a whole number of at least 1 and at most 1010000'],
  [['--isl', '1e12'], '--isl: "1e12" is not a whole number of at least 1 and at most 1010000'],
  [['--osl', '-5'], '--osl: "-5" is not a whole number of at least 1 and at most 1010000'],
  [['--osl', 'NaN'], '--osl: "NaN" is not a whole number of at least 1 and at most 1010000'],
  [['--concurrency', '0'], '--concurrency: "0" is not a whole number of at least 1 and at most 1000000'],
  [['--concurrency', '1.5'], '--concurrency: "1.5" is not a whole number of at least 1 and at most 1000000'],
  [['--mtp', '99'], '--mtp: "99" is not a whole number of at least 0 and at most 16'],
  [['--prefix-hit-rate', '2'], '--prefix-hit-rate: "2" is not a number of at least 0 and at most 1'],
  [['--checkpoint', 'int3'], '--checkpoint: Qwen3.5-35B-A3B has no "int3" checkpoint; it has bf16, fp8'],
  [['--gpu', 'H20'], '--gpu: unknown GPU "H20"; did you mean H200? Known: T4'],
  [['--gpu', 'T4'], 'fp8 does not run on T4: T4 has no BF16'],
  [['--tp', '3'], 'do not divide by TP 3; TP 1, 2, 4 would do'],
  [['--vllm', '0.16.0'], '--vllm: unknown release "0.16.0"; known: 0.33.0'],
  [
    ['--isl', '1000000', '--osl', '20000'],
    'prompt and output together: a context of 1020000 tokens is beyond the model: 262144 as trained, 1010000 with YaRN',
  ],
])('%j is one line that says what is allowed', async (words, message) => {
  const { code, out, err } = await cli(...SHAPE, '--concurrency', '1', ...words);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(message);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});

test('a rate beyond capacity is said, and has no time to the first token', async () => {
  const { out, code } = await cli(...SHAPE, '--rate', '500');
  expect(code).toBe(0);
  expect(out).toMatch(/time to first token +grows without bound/);
  expect(out).toContain('UNSTABLE');
});

test('prompts beyond the context of training need YaRN, and predict says so', async () => {
  const load = ['--osl', '100', '--concurrency', '1'];
  expect((await json(...ENGINE, '--isl', '262044', ...load)).notes).toEqual([]);
  const { notes } = await json(...ENGINE, '--isl', '262045', ...load);
  expect(notes).toEqual([expect.stringContaining('Requests of 262145 tokens need YaRN')]);
  const { out } = await cli(...ENGINE, '--isl', '262045', ...load);
  expect(out.replace(/\s+/g, ' ')).toContain(notes[0]);
});

test('FP8 on Ada is slower at prompts since vLLM 0.29, rests on less, and predict says why', async () => {
  const words =
    'predict --model Qwen3.5-27B --checkpoint fp8 --gpu L4 --tp 4 --isl 8192 --osl 512 --concurrency 1';
  const at = (...more: string[]) => json(...words.split(' '), ...more);
  const [now, before] = [await at(), await at('--vllm', '0.28.0')];
  expect(before.notes).toEqual([]);
  expect(now.notes).toEqual([
    expect.stringMatching(/^vLLM [\d.]+ unpacks the FP8 weights of dense layers to BF16 on L4/),
  ]);
  expect([before.basis, now.basis]).toEqual(['measured', 'related']);
  expect(now.prefillSeconds / before.prefillSeconds).toBeGreaterThan(1.2);
  expect(now.prefillSeconds / before.prefillSeconds).toBeLessThan(2);
});

test('drafts are right more often in code, and only where there are some', async () => {
  const tpot = async (...words: string[]) =>
    (await json(...SHAPE, '--concurrency', '4', ...words)).tpotSeconds.expected;
  const [mixed, code] = [await tpot('--mtp', '3'), await tpot('--mtp', '3', '--mtp-task', 'code')];
  expect(await tpot('--mtp', '3', '--mtp-task', 'mixed')).toBe(mixed);
  expect(mixed / code).toBeGreaterThan(1.2);
  const { code: exit, err } = await cli(...SHAPE, '--concurrency', '4', '--mtp-task', 'code');
  expect([exit, err]).toEqual([2, expect.stringContaining('--mtp-task code goes with --mtp')]);
});

test('images take the vision tower, in every kind of load, and predict says that nobody measured them', async () => {
  const prompt = [...ENGINE, '--isl', '8000', '--osl', '100'];
  for (const load of [
    ['--concurrency', '1'],
    ['--rate', '1'],
    ['--concurrency', '8', '--num-prompts', '8'],
  ]) {
    const at = (...images: string[]) => json(...prompt, ...load, ...images);
    const [text, four] = [await at(), await at('--images', '4', '--image-tokens', '1500')];
    expect(four.ttftSeconds.expected).toBeGreaterThan(1.1 * text.ttftSeconds.expected);
    expect(four.notes).toEqual([expect.stringContaining('No image was ever measured')]);
  }
  const { code, err } = await cli(...prompt, '--concurrency', '1', '--images', '9');
  expect([code, err]).toEqual([
    2,
    expect.stringContaining('--images: 9 of 1000 tokens are 9000, more than the 8000'),
  ]);
});

describe('clients in step', () => {
  const load = [
    '--model',
    'Qwen3.5-35B-A3B',
    '--checkpoint',
    'fp8',
    '--gpu',
    'H200',
    '--isl',
    '2048',
    '--osl',
    '512',
  ];
  const predicted = (...words: string[]) => json('predict', ...load, ...words);
  const simulated = (...words: string[]) => json('simulate', ...load, ...words);

  test('predict says what simulate finds for equal lengths, and simulate what predict does', async () => {
    const clients = ['--concurrency', '32'];
    const [spread, inStep] = [await predicted(...clients), await simulated(...clients, '--requests', '600')];
    expect(inStep.ttftSeconds.mean / spread.ttftSeconds.expected).toBeGreaterThan(3);
    const inTheNote = /time to first token (\d+) ms/.exec(spread.notes.at(-1));
    expect(Number(inTheNote![1]) / (1000 * inStep.ttftSeconds.mean)).toBeCloseTo(1, 1);
    expect(inStep.notes.at(-1)).toContain(
      `time to first token ${Math.round(1000 * spread.ttftSeconds.expected)} ms`,
    );
    const { out } = await cli('predict', ...load, ...clients);
    expect(out.replace(/\s+/g, ' ')).toContain(spread.notes.at(-1));
  });

  test('nobody says so where it does not matter', async () => {
    expect((await predicted('--concurrency', '1')).notes).toEqual([]);
    expect((await predicted('--rate', '1')).notes).toEqual([]);
    // A single burst is a burst either way.
    expect((await predicted('--concurrency', '32', '--num-prompts', '32')).notes).toEqual([]);
    expect((await simulated('--concurrency', '32', '--osl-p95', '1000', '--requests', '600')).notes).toEqual(
      [],
    );
  });
});

test.each([
  ['data-parallel ranks', ['--dp', '4', '--ep']],
  ['pipeline stages', ['--pp', '4']],
])('fewer clients than %s leave some idle: output is that of the clients', async (_, layout) => {
  const of = async (clients: number): Promise<number> =>
    (await json(...SHAPE, ...layout, '--concurrency', String(clients))).outputTokensPerSecond.expected;
  const [one, two, four] = [await of(1), await of(2), await of(4)];
  expect(two / one).toBeCloseTo(2, 6);
  expect(four / one).toBeCloseTo(4, 6);
  // A client cannot get more than a token per step.
  const { tpotSeconds } = await json(...SHAPE, ...layout, '--concurrency', '1');
  expect(one).toBeLessThan(1 / tpotSeconds.expected);
});

test('a layout that the data does not know has an interval that reaches what may happen', async () => {
  const at = async (...layout: string[]) => json(...SHAPE, ...layout, '--concurrency', '64');
  const width = ({ expected, high }: { expected: number; high: number }): number => high / expected;
  const plain = await at('--tp', '2');
  const ranks = await at('--dp', '4', '--ep');
  const stages = await at('--pp', '2');
  // 80% of the way, in the logarithm, to where every prompt waits for those of all four ranks; besides the usual error.
  const alone = Math.log(width(plain.ttftSeconds));
  expect(Math.log(width(ranks.ttftSeconds))).toBeCloseTo(Math.hypot(alone, 0.8 * Math.log(4)), 3);
  expect(width(ranks.tpotSeconds)).toBeCloseTo(width(plain.tpotSeconds), 6);
  expect(Math.log(width(stages.outputTokensPerSecond))).toBeCloseTo(
    Math.hypot(Math.log(width(plain.outputTokensPerSecond)), 0.8 * Math.log(2)),
    3,
  );
  const ofLayout = ({ notes }: { notes: string[] }): string[] =>
    notes.filter((note) => !note.startsWith('Clients are taken as spread out'));
  expect([plain, ranks, stages].map((p) => ofLayout(p).length)).toEqual([0, 1, 1]);
});

test('the batches of a pipeline share the sequences of the engine, in closed form and replayed', async () => {
  const words = ['--pp', '2', '--max-num-seqs', '8', '--concurrency', '64'];
  const { decodeBatch, outputTokensPerSecond } = await json(...SHAPE, ...words);
  expect(decodeBatch).toBeLessThanOrEqual(4);
  const replayed = await json('simulate', ...SHAPE.slice(1), ...words, '--requests', '600');
  expect(replayed.meanDecodeBatch).toBeLessThanOrEqual(4);
  const ratio = replayed.outputTokensPerSecond.expected / outputTokensPerSecond.expected;
  expect(ratio).toBeGreaterThan(0.9);
  expect(ratio).toBeLessThan(1.1);
});
