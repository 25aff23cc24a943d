import { UserError } from '../../src/errors';
import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { adapterOf } from '../../src/requirements/adapter-flag';
import { adapterSlots, roomOf } from '../../src/requirements/adapters';
import { readRequirements } from '../../src/requirements/document';
import { resolveRequirements } from '../../src/requirements/resolve';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SUPPORT = { name: 'support', repository: 'acme/support-lora', revision: COMMIT, rank: 16 };

const resolve = (adapters: unknown, more = '') =>
  resolveRequirements(
    readRequirements(
      { name: 'selfhost.yaml', text: `model: Qwen3.5-9B\nadapters: ${JSON.stringify(adapters)}\n${more}` },
      [],
    ),
    EMBEDDED_CATALOGUE,
  ).requirements;

test('a flag names all four parts', () => {
  expect(adapterOf(`support=acme/support-lora@${COMMIT}:16`, '--adapter')).toEqual(SUPPORT);
  for (const text of ['support', 'support=acme/support-lora', `support=acme/support-lora@${COMMIT}`, ''])
    expect(() => adapterOf(text, '--adapter')).toThrow(
      /--adapter: .* is not NAME=REPOSITORY@COMMIT:RANK, such as/,
    );
});

test('room: all adapters at once up to four, or as many as asked; the largest rank', () => {
  const four = ['a', 'b', 'c', 'd', 'e'].map((name, i) => ({ ...SUPPORT, name, rank: 8 + i }));
  expect(roomOf(resolve(four))).toEqual({ layers: 'projections', slots: 4, maxRank: 16 });
  expect(adapterSlots(resolve([SUPPORT]))).toBe(1);
  expect(roomOf(resolve(four, 'sizing: { adaptersAtOnce: 2, adapterLayers: all }'))).toEqual({
    layers: 'all',
    slots: 2,
    maxRank: 16,
  });
  expect(roomOf(resolveRequirements({ model: 'Qwen3.5-9B' }, EMBEDDED_CATALOGUE).requirements)).toBeNull();
});

test.each([
  [[{ ...SUPPORT, rank: 0 }], /rank/],
  [[{ ...SUPPORT, rank: 513 }], /rank/],
  [[{ ...SUPPORT, revision: 'main' }], /revision.*40 hex digits of a commit/],
  [[{ ...SUPPORT, repository: 'support-lora' }], /repository.*acme\/support-lora/],
  [[{ ...SUPPORT, repository: '../x/y' }], /repository/],
  [[{ ...SUPPORT, name: 'a b;$(x)' }], /name/],
  [[SUPPORT, { ...SUPPORT, name: 'Support' }], /two adapters are called "Support"/],
  [[{ ...SUPPORT, name: 'qwen3.5-9b' }], /as the model itself/],
  [[], /adapters/],
])('%j: one clear line', (adapters, message) => {
  const attempt = (): unknown => resolve(adapters);
  expect(attempt).toThrow(UserError);
  expect(attempt).toThrow(message);
  expect(attempt).not.toThrow(/\n/);
});

test('more at once than there are, and releases whose adapters were not read, are refused', () => {
  expect(() => resolve([SUPPORT], 'sizing: { adaptersAtOnce: 1 }')).not.toThrow();
  expect(() => resolve([SUPPORT], 'sizing: { adaptersAtOnce: 2 }')).toThrow(
    /adaptersAtOnce.* 2 is more than the 1 adapters named/,
  );
  expect(() => resolve([SUPPORT], 'vllmVersion: 0.31.0')).toThrow(/vLLM 0\.33\.0 and later, not 0\.31\.0/);
});

test('a commit of digits alone is a number to YAML: the message says what helps', () => {
  const text = `model: Qwen3.5-9B\nadapters:\n  - { name: a, repository: acme/a, rank: 8, revision: ${'0123'.repeat(10)} }`;
  expect(() => readRequirements({ name: 'selfhost.yaml', text }, [])).toThrow(
    /selfhost\.yaml:\d+: adapters\.0\.revision: .* is not text; put it in quotes/,
  );
});
