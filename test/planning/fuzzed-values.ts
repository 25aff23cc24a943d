import fc from 'fast-check';

/** Mostly sensible values, sometimes anything at all. */
export const orAnything = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 400, arbitrary: value },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: hostile },
  );
const hostile = fc.constantFrom(
  '',
  `\${jndi:x}`,
  '$(reboot)',
  '"; rm -rf /',
  'ä\u0000\n',
  '%{ if true }',
  -1,
  0,
  1e308,
  Number.NaN,
  null,
  [],
  {},
);

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;
const eachOrAnything = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, orAnything(value)]));
/** Any of the fields. */
export const section = (fields: Fields): fc.Arbitrary<unknown> =>
  orAnything(fc.record(eachOrAnything(fields), { requiredKeys: [] }));
/** A few of many fields, for all of them together contradict each other. */
export const fewOf = (fields: Fields): fc.Arbitrary<unknown> =>
  orAnything(
    fc
      .subarray(Object.keys(fields), { maxLength: 3 })
      .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, orAnything(fields[key]!)])))),
  );
export const positive = (max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 1, max: 10_000 }).map((n) => (n * max) / 10_000);
/** Mostly of two digits: anywhere else, doubles lie at the ends. */
export const upTo = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 100 }).map((percent) => (percent * max) / 100) },
    { weight: 1, arbitrary: fc.double({ min: 0, max, noNaN: true }) },
  );
export const share = upTo(1);
export const oftenHalf = fc.oneof({ weight: 9, arbitrary: upTo(0.5) }, { weight: 1, arbitrary: share });
