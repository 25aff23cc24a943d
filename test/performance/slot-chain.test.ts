import { type ChainRates, chainCapacity, slotChain } from '../../src/performance/slot-chain';

const AT_ONCE = 1e7;
const rates = (
  arrivals: number,
  most: number,
  prompt: (d: number) => number,
  decode: (d: number) => number,
  beside = decode,
): ChainRates => {
  const each = (of: (d: number) => number): number[] => Array.from({ length: most + 1 }, (_, d) => of(d));
  return { arrivals, prompt: each(prompt), decode: each(decode), beside: each(beside) };
};

test('prompts that take no time: as many servers, Erlang C', () => {
  const { full, prompts, decoding } = slotChain(
    rates(
      2,
      3,
      () => AT_ONCE,
      (d) => d,
    ),
    3,
  );
  expect(full).toBeCloseTo(4 / 9, 4);
  expect(prompts).toBeCloseTo(8 / 9, 4);
  expect(decoding).toBeCloseTo(2, 4);
});

test('answers that take no time: one server of prompts', () => {
  const { prompts, decoding, behind } = slotChain(
    rates(
      0.6,
      4,
      () => 1,
      (d) => d * AT_ONCE,
    ),
    4,
  );
  expect(prompts).toBeCloseTo(1.5, 3);
  expect(decoding).toBeCloseTo(0, 4);
  // With so many in line when a prompt ends (0.6, of which each is one more with 0.6), three fit in.
  expect(behind).toBeCloseTo(0.6 + 0.6 ** 2 + 0.6 ** 3, 3);
});

test('in between it is the balance of all states', () => {
  const slots = 3;
  const chain = rates(
    0.4,
    slots,
    (d) => 1 / (1 + 0.1 * d),
    (d) => 0.4 * d,
    (d) => 0.05 * d,
  );
  const states = balanced(chain, slots, 120);
  let [decoding, prompts, full] = [0, 0, 0];
  states.forEach((row, m) => {
    row.forEach((p, d) => {
      decoding += d * p;
      prompts += m * p;
      if (m + d >= slots) full += p;
    });
  });
  const found = slotChain(chain, slots);
  expect(found.decoding / decoding).toBeCloseTo(1, 2);
  expect(Math.abs(found.prompts / prompts - 1)).toBeLessThan(0.03);
  expect(Math.abs(found.full / full - 1)).toBeLessThan(0.03);
});

test('one slot serves one request after the other', () => {
  const chain = rates(
    0,
    1,
    () => 1 / 2,
    (d) => d / 3,
  );
  expect(chainCapacity(chain, 1)).toBeCloseTo(1 / 5, 9);
});

/** Probabilities by prompts in line and sequences that decode, by iteration. */
function balanced({ arrivals, prompt, decode, beside }: ChainRates, slots: number, most: number): number[][] {
  let p = Array.from({ length: most + 1 }, (_, m) =>
    Array.from({ length: slots + 1 }, () => 0.5 ** m / (slots + 1)),
  );
  const ends = (m: number, d: number): number => (m === 0 || d === slots ? decode[d]! : beside[d]!);
  const step = 0.2;
  for (let i = 0; i < 20_000; i++) {
    const next = p.map((row) => [...row]);
    p.forEach((row, m) => {
      row.forEach((now, d) => {
        const move = (rate: number, toM: number, toD: number): void => {
          next[m]![d]! -= step * rate * now;
          next[toM]![toD]! += step * rate * now;
        };
        if (m < most) move(arrivals, m + 1, d);
        if (d > 0) move(ends(m, d), m, d - 1);
        if (m > 0 && d < slots) move(prompt[d]!, m - 1, d + 1);
      });
    });
    p = next;
  }
  const total = p.flat().reduce((sum, x) => sum + x, 0);
  return p.map((row) => row.map((x) => x / total));
}
