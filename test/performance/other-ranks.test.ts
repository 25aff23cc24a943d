import fc from 'fast-check';
import { openLoop } from '../../src/performance/open-loop';
import { amongRanks, shareAtRandom } from '../../src/performance/other-ranks';
import { cli } from '../cli/harness';
import { engines, SEEDED } from './arbitrary';

/**
 * Two ranks whose requests each end at the same rate, as a Markov chain of both numbers: what a new request finds in the emptier
 * one, and the variance of a number beside the mean of both. By power iteration.
 */
function twoRanks(inRank: number): { readonly found: number; readonly uneven: number } {
  const most = Math.ceil(inRank + 8 * Math.sqrt(inRank) + 8);
  const size = most + 1;
  const rate = 2 * inRank;
  const perStep = rate + 2 * most;
  let now = new Float64Array(size * size).fill(1 / (size * size));
  for (let i = 0; i < 1500; i++) {
    const next = new Float64Array(size * size);
    for (let a = 0; a <= most; a++) {
      for (let b = 0; b <= most; b++) {
        const p = now[a * size + b]! / perStep;
        const add = (toA: number, toB: number, flow: number): void => {
          next[Math.min(toA, most) * size + Math.min(toB, most)]! += p * flow;
        };
        add(a + 1, b, rate * (a === b ? 0.5 : Number(a < b)));
        add(a, b + 1, rate * (a === b ? 0.5 : Number(a > b)));
        if (a > 0) add(a - 1, b, a);
        if (b > 0) add(a, b - 1, b);
        add(a, b, perStep - rate - a - b);
      }
    }
    now = next;
  }
  let found = 0;
  let uneven = 0;
  for (let a = 0; a <= most; a++)
    for (let b = 0; b <= most; b++) {
      found += Math.min(a, b) * now[a * size + b]!;
      uneven += ((a - b) / 2) ** 2 * now[a * size + b]!;
    }
  return { found, uneven };
}

test.each([1.5, 2.5, 6])(
  'of two ranks with %s requests each, those that one finds are those of the Markov chain, less what is uneven there',
  (inRank) => {
    const share = shareAtRandom(2, inRank);
    const { found, uneven } = twoRanks(inRank);
    expect(found).toBeCloseTo(inRank - 1 / 2 + uneven / inRank, 2);
    expect(Math.abs(inRank - 1 + share + uneven / inRank - found)).toBeLessThan(0.03);
  },
);

test('a rank alone has random arrivals; one of many meets nobody while they are few, and its share of what is random when many', () => {
  expect(shareAtRandom(1, 3)).toBe(1);
  expect(shareAtRandom(8, 0.3)).toBeLessThan(0.01);
  for (const ranks of [2, 4, 8]) expect(shareAtRandom(ranks, 40)).toBeCloseTo(1 / ranks, 6);
});

const mean = async (command: string, ...flags: string[]) => {
  const { code, out, err } = await cli(command, ...flags, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out);
};

/** Long prompts, short answers: a random share of them would make tokens a quarter to a half slower. */
test.each([
  ['2', '20000', '50', '0.1'],
  ['2', '8000', '50', '0.6'],
  ['2', '4000', '300', '0.8'],
  ['4', '8000', '50', '1.2'],
  ['8', '8000', '50', '2'],
])(
  '%s ranks of %s-token prompts and %s-token answers at %s requests/s agree with their simulation',
  async (dp, isl, osl, rate) => {
    const engine = ['--model', 'Qwen3.5-27B', '--checkpoint', 'fp8', '--gpu', 'H200', '--dp', dp];
    const load = ['--isl', isl, '--osl', osl, '--rate', rate];
    const closed = await mean('predict', ...engine, ...load);
    const replayed = await mean('simulate', ...engine, ...load, '--requests', '20000');
    expect(closed.utilisation).toBeLessThan(0.7);
    for (const metric of ['ttftSeconds', 'tpotSeconds'] as const)
      expect(Math.abs(closed[metric].expected / replayed[metric].mean - 1)).toBeLessThan(0.05);
  },
);

test('prompts just above a token budget: who comes meanwhile fills up their last step', async () => {
  // Eight ranks whose answers differ a little, so that they do not keep together. The first token was 7% too early.
  const engine = ['--model', 'Qwen3.5-27B', '--checkpoint', 'fp8', '--gpu', 'H200', '--dp', '8'];
  const load = ['--isl', '9000', '--osl', '400', '--rate', '7'];
  const closed = await mean('predict', ...engine, ...load);
  const replayed = await mean('simulate', ...engine, ...load, '--osl-p95', '600', '--requests', '30000');
  for (const metric of ['ttftSeconds', 'tpotSeconds'] as const)
    expect(Math.abs(closed[metric].expected / replayed[metric].mean - 1)).toBeLessThan(0.03);
}, 30_000);

test('answers of one length keep together on a rank: predict says what simulate shows, and simulate what predict does', async () => {
  const engine = ['--model', 'Qwen3.5-27B', '--checkpoint', 'bf16', '--gpu', 'A100-80GB', '--tp', '2'];
  const load = ['--isl', '500', '--osl', '60', '--rate', '41'];
  const closed = await mean('predict', ...engine, '--dp', '8', ...load);
  const simulated = await mean('simulate', ...engine, '--dp', '8', ...load);
  expect(simulated.ttftSeconds.mean).toBeGreaterThan(1.3 * closed.ttftSeconds.expected);
  expect(closed.notes.join(' ')).toMatch(/every one has 60 tokens.*together on a rank.*time to first token/);
  expect(simulated.notes.join(' ')).toMatch(/together on a rank.*which predict prints/);
  // Where they differ, or come more slowly, there is nothing to say.
  const varied = await mean('simulate', ...engine, '--dp', '8', ...load, '--osl-p95', '72');
  expect(Math.abs(closed.ttftSeconds.expected / varied.ttftSeconds.mean - 1)).toBeLessThan(0.1);
  expect(varied.notes.join(' ')).not.toMatch(/together/);
  const slower = await mean('predict', ...engine, '--dp', '8', '--isl', '500', '--osl', '60', '--rate', '5');
  expect(slower.notes.join(' ')).not.toMatch(/together/);
}, 30_000);

test('the more ranks, the less one waits and the faster come tokens; at any rate figures are numbers', () => {
  const load = { inputTokens: 6000, outputTokens: 100, maxBatch: 256, maxNumBatchedTokens: 8192 } as const;
  fc.assert(
    fc.property(
      engines,
      fc.double({ min: 0.05, max: 0.9, noNaN: true }),
      ({ features, coefficients: k }, share) => {
        const f = { ...features, dataParallel: 1, pipelineParallel: 1 };
        const arrivals = { kind: 'open', requestsPerSecond: 0, spacing: 'poisson' } as const;
        const at = openLoop(f, k, { ...load, arrivals });
        const {
          steps,
          firstToken: first,
          tpotSeconds,
          ttftSeconds,
        } = at((share * 0.7) / at(1e-6).firstToken.serviceSeconds);
        const random = {
          responseSeconds: ttftSeconds - first.frontSeconds,
          ownSeconds: first.ownSeconds,
          decodeSeconds: (load.outputTokens - 1) * tpotSeconds,
        };
        const of = (ranks: number) => amongRanks(steps, first.rate, ranks, random);
        expect(of(1)).toEqual({ share: 1, responseSeconds: random.responseSeconds, waits: 1, decoding: 1 });
        const [two, four, many] = [of(2), of(4), of(16)];
        for (const [fewer, more] of [
          [of(1), two],
          [two, four],
          [four, many],
        ] as const) {
          expect(more.share).toBeLessThanOrEqual(fewer.share);
          expect(more.responseSeconds).toBeLessThan(fewer.responseSeconds * 1.01);
          expect(more.decoding).toBeLessThan(fewer.decoding * 1.01);
        }
        // Beyond what a rank serves there is no queue to speak of, but there are numbers.
        for (const rate of [0, 1e-9, 1e3])
          for (const value of Object.values(amongRanks(at(rate).steps, rate, 4, random)))
            expect(Number.isFinite(value)).toBe(true);
      },
    ),
    SEEDED,
  );
});
