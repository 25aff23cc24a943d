import { UserError } from '../../src/errors';
import { readRequirements } from '../../src/requirements/document';
import { splitServices } from '../../src/requirements/services';

const split = (text: string) => splitServices({ name: 'selfhost.yaml', text });

test('a document without services is its own, byte by byte', () => {
  expect(split('model: Qwen3.5-9B # small')).toEqual([
    { name: 'selfhost.yaml', text: 'model: Qwen3.5-9B # small' },
  ]);
});

test.each([
  [
    'an alias that leads nowhere',
    'services: [{ model: *nope }]',
    /^selfhost\.yaml: broken YAML: Unresolved alias/,
  ],
  [
    'aliases that multiply',
    `a: &a [1, 1]\nb: &b [${Array(9).fill('*a')}]\nc: &c [${Array(9).fill('*b')}]\nservices: [{ model: Qwen3.5-9B }]`,
    /^selfhost\.yaml: broken YAML: Excessive alias count/,
  ],
  [
    'merging what is no section',
    'services: [{ model: Qwen3.5-9B, slo: { <<: 3 } }]',
    /^selfhost\.yaml: broken YAML: '<<' takes a section, such as '<<: \*name' of a section marked &name$/,
  ],
])('%s is one line', (_, text, expected) => {
  expect(() => split(text)).toThrow(UserError);
  expect(() => split(text)).toThrow(expected);
});

test.each(['[a]: b\nservices: [{ model: Qwen3.5-9B }]', 'services: [{ model: !!js/function x }]'])(
  'what a parser objects to is told where documents are read: %s',
  (text) => {
    const [source] = split(text);
    expect(() => readRequirements(source!, [])).toThrow(/^selfhost\.yaml:1:\d+: broken YAML: /);
  },
);

test('a service takes what it does not say from the document', () => {
  const sources = split(
    'regions: [eu-central-1]\nworkload: { preset: rag }\nservices:\n  - model: Qwen3.5-9B\n    workload: { requestsPerSecond: 3 }\n  - { model: Qwen3.5-27B, name: big }\n',
  );
  expect(sources.map((source) => readRequirements(source, []))).toMatchObject([
    { model: 'Qwen3.5-9B', regions: ['eu-central-1'], workload: { preset: 'rag', requestsPerSecond: 3 } },
    { model: 'Qwen3.5-27B', name: 'big', workload: { preset: 'rag' } },
  ]);
});

test('merge keys take what another section says, and what a section says itself wins', () => {
  const sources = split(
    'services:\n  - &first\n    model: Qwen3.5-9B\n    name: a\n    workload: &load { preset: rag, requestsPerSecond: 3 }\n  - <<: *first\n    name: b\n    workload: { <<: *load, requestsPerSecond: 5 }\n',
  );
  expect(sources.map((source) => readRequirements(source, []))).toEqual([
    { model: 'Qwen3.5-9B', name: 'a', workload: { preset: 'rag', requestsPerSecond: 3 } },
    { model: 'Qwen3.5-9B', name: 'b', workload: { preset: 'rag', requestsPerSecond: 5 } },
  ]);
});

test('a mistake in a service names the service, and no line of a text that the user never wrote', () => {
  const [, second] = split('services:\n  - model: Qwen3.5-9B\n  - { model: Qwen3.5-27B, minZones: 99 }\n');
  expect(() => readRequirements(second!, [])).toThrow(
    /^selfhost\.yaml services\[1\]: minZones: 99 is too large/,
  );
});

test.each([
  ['services: []', /expected a list of 1 to 50 sections/],
  ['services: 3', /expected a list/],
  ['services: [{ model: a }, { model: a }]', /two are named "a"/],
])('%s is refused in one line', (text, message) => {
  expect(() => split(text)).toThrow(message);
});
