import { readFileSync } from 'node:fs';
import { parsePlan } from '../../src/plan/document';
import { cli } from './harness';

const FILE = 'test/golden/plans/adapters.plan.json';
/** Two adapters, of ranks 16 and 32. */
const plan = parsePlan(readFileSync(FILE, 'utf8'), FILE);
const ENGINE = ['--model', plan.requirements.model, '--checkpoint', 'fp8', '--gpu', plan.choice.gpu];
const AS_PLANNED = ['--adapter-rank', '32', '--adapters-at-once', '2'];
const LOAD = ['--isl', '1000', '--osl', '200', '--rate', '1'];

async function json(...words: string[]) {
  const { code, out, err } = await cli(...words, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out);
}

describe('memory', () => {
  const words = ['memory', ...ENGINE, '--max-model-len', '32768', '--max-num-seqs', '128'];

  test('makes the room that a plan makes, to the block', async () => {
    const found = await json(...words, '--language-model-only', ...AS_PLANNED);
    const { adaptersGiB, weightsGiB, kvCacheGiB, poolBlocks } = plan.memory;
    expect(found).toMatchObject({ fits: true, poolBlocks });
    expect(found.adaptersGiB).toBeCloseTo(adaptersGiB!, 3);
    expect(found.weightsGiB).toBeCloseTo(weightsGiB, 1);
    expect(found.kvCacheGiB).toBeCloseTo(kvCacheGiB, 1);
  });

  test('shows it, warns of open reports, and takes the RAM of workers for it', async () => {
    const without = await json(...words);
    expect(without).not.toHaveProperty('adaptersGiB');
    const all = [...words, ...AS_PLANNED, '--adapter-layers', 'all'];
    expect((await json(...all)).hostRamGiB).toBeGreaterThan(without.hostRamGiB + 1);
    const { out } = await cli(...all);
    expect(out).toMatch(/. LoRA adapters +\d\.\d\d GiB\n/);
    expect(out).toMatch(/Known problems\n {2}- An adapter of Qwen3\.5 may load/);
    expect((await cli(...words)).out).not.toMatch(/adapter/i);
  });
});

describe('predict and simulate', () => {
  test('adapters take time, widen the intervals, and are said', async () => {
    const [without, few, all] = [
      await json('predict', ...ENGINE, ...LOAD),
      await json('predict', ...ENGINE, ...LOAD, ...AS_PLANNED),
      await json('predict', ...ENGINE, ...LOAD, ...AS_PLANNED, '--adapter-layers', 'all'),
    ];
    const tpot = [without, few, all].map(({ tpotSeconds }) => tpotSeconds.expected);
    expect(tpot).toEqual([...tpot].sort((a, b) => a - b));
    const width = ({ tpotSeconds: { low, high } }: typeof few) => high / low;
    expect(width(few)).toBeGreaterThan(width(without));
    expect(few.basis).toBe('related');
    expect(without.notes).toEqual([]);
    expect(few.notes).toEqual([expect.stringMatching(/2 slots of rank 32.*all requests are taken to use/)]);
    const drafts = await json('predict', ...ENGINE, ...LOAD, ...AS_PLANNED, '--mtp', '2');
    expect(drafts.notes).toContainEqual(expect.stringContaining('What adapters accept of drafts'));
  });

  test('a simulated step holds them too', async () => {
    const at = async (...words: string[]): Promise<number> =>
      (await json('simulate', ...ENGINE, ...LOAD, '--requests', '200', ...words)).tpotSeconds.mean;
    expect(await at(...AS_PLANNED)).toBeGreaterThan(1.02 * (await at()));
  });
});

describe.each(['memory', 'predict', 'simulate'])('%s refuses in one line', (command) => {
  const load = command === 'memory' ? [] : LOAD;
  test.each<[string[], RegExp]>([
    [['--adapter-rank', '0'], /--adapter-rank: "0" is not a whole number of at least 1 and at most 512/],
    [['--adapter-rank', '513'], /--adapter-rank: "513" is not/],
    [['--adapter-rank', '8', '--adapters-at-once', '65'], /--adapters-at-once: "65" is not/],
    [['--adapters-at-once', '2'], /--adapters-at-once goes with --adapter-rank/],
    [['--adapter-layers', 'all'], /--adapter-layers goes with --adapter-rank/],
    [['--adapter-rank', '8', '--adapter-layers', 'some'], /Allowed choices are projections, all/],
    [['--adapter-rank', '8', '--vllm', '0.31.0'], /adapters are planned for vLLM 0\.33\.0 and later/],
    [
      ['--adapter-rank', '8', '--adapter-layers', 'all', '--tp', '2', '--dp', '2', '--ep'],
      /sequence-parallel MoE/,
    ],
  ])('%j', async (words, message) => {
    const { code, out, err } = await cli(command, ...ENGINE, ...load, ...words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
