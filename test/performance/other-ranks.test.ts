import { metShare } from '../../src/performance/other-ranks';
import { cli } from '../cli/harness';

test('of the other requests of a rank, one meets all where there is no other rank, none of few, all but half of one of many', () => {
  const decoding = (requests: number) => ({ queued: 0, decoding: requests, used: 0.5 });
  expect(metShare(1, decoding(0.3))).toBe(1);
  expect(metShare(2, decoding(0.01))).toBeCloseTo(0.01, 3);
  expect(metShare(2, decoding(50))).toBeCloseTo(49.5 / 50, 9);
});

test('where all wait for their prompts, ranks are as one line: never more than one rank of its own', () => {
  const waiting = (ranks: number) => metShare(ranks, { queued: 3, decoding: 0, used: 0.6 });
  // Sakasegawa: 0.6^(sqrt(6) - 2) / 2.
  expect(waiting(2)).toBeCloseTo(0.3975, 3);
  expect(waiting(4)).toBeLessThan(waiting(2));
});

/** Long prompts, short answers: a random share of them would make tokens a quarter to a half slower. */
const RANKS = ['--model', 'Qwen3.5-27B', '--checkpoint', 'fp8', '--gpu', 'H200', '--dp', '2'];

test.each([
  ['20000', '50', '0.1'],
  ['8000', '50', '0.6'],
  ['4000', '300', '0.8'],
])(
  'two ranks of %s-token prompts and %s-token answers at %s requests/s agree with their simulation',
  async (isl, osl, rate) => {
    const mean = async (command: string, ...more: string[]) => {
      const { code, out, err } = await cli(
        ...[command, ...RANKS, '--isl', isl, '--osl', osl, '--rate', rate, ...more, '--json'],
      );
      expect([code, err]).toEqual([0, '']);
      return JSON.parse(out);
    };
    const closed = await mean('predict');
    const replayed = await mean('simulate', '--requests', '20000');
    expect(closed.utilisation).toBeLessThan(0.7);
    for (const metric of ['ttftSeconds', 'tpotSeconds'] as const)
      expect(Math.abs(closed[metric].expected / replayed[metric].mean - 1)).toBeLessThan(0.05);
  },
);
