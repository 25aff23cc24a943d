import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { yamlOf } from '../../src/page/answer';
import { commandOf, wordsOf } from '../../src/page/command';
import { fieldOf } from '../../src/page/form/field-of';
import { GROUPS } from '../../src/page/form/fields';
import { positionOf, STEPS, valueAt } from '../../src/page/form/scale';
import {
  FIELDS,
  FIRST_STATE,
  flagsOf,
  fragmentOf,
  LISTS,
  readFragment,
  type State,
  SWITCHES,
} from '../../src/page/state';
import { readRequirements } from '../../src/requirements/document';
import { overridesOf } from '../../src/requirements/flags';
import { anyCharacter } from '../any-character';
import { randomStates } from './states';

const RUNS = { numRuns: 500, seed: 20261124 };

/** Text that a user could type: what an address may hold, however odd. */
const typed = fc
  .string({ minLength: 1, maxLength: 100, unit: 'grapheme' })
  .map((text) => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffd]/gu, '').slice(0, 90))
  .filter((text) => text !== '' && !/\p{Cs}/u.test(text));
const states = fc
  .record(
    Object.fromEntries(
      FIELDS.map((name) => [
        name,
        SWITCHES.has(name)
          ? fc.constantFrom(...SWITCHES.get(name)!)
          : LISTS.has(name)
            ? fc.uniqueArray(typed, { minLength: 1, maxLength: 5 })
            : typed,
      ]),
    ),
    { requiredKeys: ['model'] },
  )
  .map((state) => state as State);

test('a state survives its address, whatever was typed', () => {
  fc.assert(
    fc.property(states, (state) => {
      expect(readFragment(`#${fragmentOf(state)}`)).toEqual({ state, ignored: [] });
    }),
    RUNS,
  );
});

test('any address gives a state of known fields with printable text, and says what it left out', () => {
  const hostile = fc.array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom(...FIELDS, '__proto__', 'constructor', 'toString'),
        fc.string({ unit: anyCharacter }),
      ),
      fc.oneof(
        fc.string({ unit: anyCharacter, maxLength: 300 }),
        fc.constantFrom('<img src=x onerror=alert(1)>', 'javascript:alert(1)', '\u202eabc', 'a\0b', '\ud800'),
      ),
    ),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(hostile, fc.boolean(), (pairs, encoded) => {
      const text = encoded
        ? new URLSearchParams(pairs).toString()
        : pairs.map(([name, value]) => `${name}=${value}`).join('&');
      const { state, ignored } = readFragment(text);
      expect(Object.keys(state).every((name) => (FIELDS as readonly string[]).includes(name))).toBe(true);
      expect(Object.getPrototypeOf(state)).toBe(Object.prototype);
      for (const value of [...Object.values(state).flat(), ...ignored]) {
        expect(value).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]*$/u);
        expect(value.length).toBeLessThan(500);
      }
      expect(readFragment(fragmentOf(state)).state).toEqual(state);
    }),
    RUNS,
  );
});

test('what an address leaves out is named', () => {
  expect(readFragment('')).toEqual({ state: FIRST_STATE, ignored: [] });
  expect(readFragment('rate=3').state).toEqual({ model: 'Qwen3.5-35B-A3B', rate: '3' });
  expect(
    readFragment(`model=a&model=b&colour=red&thinking=perhaps&multimodal=off&rate=${'9'.repeat(401)}`)
      .ignored,
  ).toEqual([
    'model: given twice',
    'colour: no field of this page',
    'thinking: on or off',
    'multimodal: on',
    'rate: not a value that can be typed',
  ]);
});

test('a shell reads the copied command as the words it stands for', () => {
  const printed = (command: string): string[] => {
    const script = `set -f; npx() { printf '%s\\0' "$@"; }; ${command}`;
    const { stdout, status } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(status).toBe(0);
    return stdout.split('\0').slice(0, -1);
  };
  fc.assert(
    fc.property(states, (state) => {
      expect(printed(commandOf(state))).toEqual(['qwen-selfhost', ...wordsOf(state)]);
    }),
    { ...RUNS, numRuns: 40 },
  );
});

test('a value that starts with a dash is no flag', () => {
  expect(commandOf({ model: 'Qwen3.5-9B', rate: '-1', region: ['a b', '-x'] })).toBe(
    "npx qwen-selfhost plan --model Qwen3.5-9B --rate=-1 --region 'a b' --region=-x",
  );
});

test('selfhost.yaml says what the flags say', () => {
  let written = 0;
  for (const state of randomStates(150, 11)) {
    const yaml = yamlOf(state);
    if (yaml === null) continue;
    const read = (source: string | null): unknown => {
      try {
        const overrides = flagsOf(state).flatMap(({ flag, given }) => overridesOf(flag, given));
        return readRequirements(
          source === null ? null : { name: 'selfhost.yaml', text: source },
          source === null ? overrides : [],
        );
      } catch (error) {
        return (error as Error).message.replace(/^.*?: /, '').replace(/^.*?: /, '');
      }
    };
    const flags = read(null);
    if (typeof flags === 'object') {
      written++;
      expect(read(yaml)).toEqual(flags);
    }
  }
  expect(written).toBeGreaterThan(100);
});

test('adapters and the days of a capacity block come from an address, and go with all that is taken away', () => {
  const adapter = [
    `support=acme/support-lora@${'0123456789'.repeat(4)}:16`,
    `legal=acme/legal-lora@${'ab'.repeat(20)}:32`,
  ];
  const state: State = {
    model: 'Qwen3.5-9B',
    market: ['capacity-block'],
    adapter,
    'adapters-at-once': '1',
    'adapter-layers': 'all',
    'block-start': '2099-01-15',
    'block-days': '28',
  };
  const read = readFragment(
    `#adapter=${encodeURIComponent(adapter[0]!)}&adapter=${encodeURIComponent(adapter[1]!)}&adapters-at-once=1&adapter-layers=all&block-start=2099-01-15&block-days=28&market=capacity-block&model=Qwen3.5-9B`,
  );
  expect(read).toEqual({ state, ignored: [] });
  expect(readFragment(fragmentOf(state))).toEqual(read);
  expect(commandOf(state)).toMatch(
    /--adapter \S*support=acme\S* --adapter \S*legal=acme\S* --adapters-at-once 1 --adapter-layers all .*--block-start 2099-01-15 --block-days 28$/,
  );
  expect(readRequirements({ name: 'selfhost.yaml', text: yamlOf(state)! }, [])).toMatchObject({
    adapters: [
      { name: 'support', repository: 'acme/support-lora', revision: '0123456789'.repeat(4), rank: 16 },
      { name: 'legal', rank: 32 },
    ],
    sizing: { adaptersAtOnce: 1, adapterLayers: 'all', blockStart: '2099-01-15', blockDays: 28 },
  });
});

test('the longest adapter that a name, a repository and a rank allow fits an address', () => {
  const half = 'r'.repeat(96);
  const state: State = {
    model: 'Qwen3.5-9B',
    adapter: [`${'n'.repeat(63)}=${half}/${half}@${'f'.repeat(40)}:512`],
  };
  expect(readRequirements({ name: 'selfhost.yaml', text: yamlOf(state)! }, [])).toHaveProperty('adapters');
  expect(readFragment(fragmentOf(state))).toEqual({ state, ignored: [] });
});

test('a slider reaches both ends of its field, and comes back to where a value is', () => {
  for (const field of GROUPS.flatMap(({ fields, more = [] }) => [...fields, ...more])) {
    if (field.kind !== 'number') continue;
    expect([field.name, valueAt(field, 0), valueAt(field, STEPS)]).toEqual([
      field.name,
      field.min,
      field.max,
    ]);
    let last = Number.NEGATIVE_INFINITY;
    for (let position = 0; position <= STEPS; position++) {
      const value = valueAt(field, position);
      expect(value).toBeGreaterThanOrEqual(last);
      if (field.whole) expect(Number.isInteger(value)).toBe(true);
      // Two digits are a person's choice of value: the slider may stand a little beside it.
      if (field.scale === 'log' && !field.whole)
        expect(Math.abs(positionOf(field, value) - position)).toBeLessThan(STEPS * 0.02);
      last = value;
    }
    expect(positionOf(field, Number.NaN)).toBe(0);
    expect(positionOf(field, field.max * 10)).toBe(STEPS);
    expect(positionOf(field, 0)).toBe(0);
  }
});

test.each([
  ['--rate: "abc" is not a number; give plain digits such as 2 or 0.05, without units', 'rate'],
  [
    'context 1000 is shorter than a p95 request (4083 in + 2851 out); raise --context or lower the lengths',
    'context',
  ],
  ['unknown region "mars-1"; did you mean sa-east-1?', 'region'],
  ['give either a rate (requestsPerSecond, --rate) or users (concurrentUsers, --users), not both', 'rate'],
  ['workload.inputTokens: p95 10 is below the mean 100; give a p95 of at least the mean', 'input-tokens-p95'],
  ['Qwen3.5-9B has no fp8 checkpoint; it has bf16', 'checkpoint'],
  ['a public front door needs a certificate: set network.certificateArn, or keep it internal', 'certificate'],
  ['an existing VPC needs network.machineSubnetIds and at least two', 'machine-subnet'],
  ['no GPU instance type matches "nosuch"; give a name', 'allow-type'],
  ['--adapter: "x" is not NAME=REPOSITORY@COMMIT:RANK, such as', 'adapter'],
  ['--adapter: adapters.0.rank: 0 is too small; it must be at least 1', 'adapter'],
  ['adapters.0.revision: "main" does not fit', 'adapter'],
  ['two adapters are called "a": callers choose by name, give each its own', 'adapter'],
  ['an adapter is called "Qwen3.5-9B", as the model itself', 'adapter'],
  ['sizing.adaptersAtOnce (--adapters-at-once) 3 is more than the 0 adapters named', 'adapters-at-once'],
  ['sizing.blockStart (--block-start) 2020-01-01 is past', 'block-start'],
  ['sizing.blockDays: 15 is not', 'block-days'],
  ['something else entirely', null],
])('"%s" is shown at %s', (message, field) => {
  expect(fieldOf(message)).toBe(field);
});
