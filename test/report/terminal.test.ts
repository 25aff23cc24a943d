import fc from 'fast-check';
import type { Plan } from '../../src/plan/schema';
import { explainType } from '../../src/report/explain';
import { printable } from '../../src/report/printable';
import { table, wrap } from '../../src/report/table';
import { terminalReport } from '../../src/report/terminal';
import { keyFigures } from '../../src/report/view/answer';
import { glossary } from '../../src/report/view/glossary';
import { latencyFacts } from '../../src/report/view/latency';
import { costFacts } from '../../src/report/view/money';
import { hostileText } from './hostile';
import { DAY_PLAN, hostilePlan, SMALL_PLAN } from './plans';

const ESC = String.fromCharCode(27);
const shown = (plan = SMALL_PLAN, columns = 80): string =>
  terminalReport(plan, { columns, colour: false, file: 'plans/x.plan.json' });

test.each([60, 80, 100, 120, 200])(
  'no line is longer than a terminal of %d columns, and nothing is cut',
  (columns) => {
    for (const plan of [SMALL_PLAN, DAY_PLAN]) {
      const text = shown(plan, columns);
      expect(text.split('\n').filter((line) => line.length > columns)).toEqual([]);
      expect(text).not.toContain('…');
    }
  },
);

test('a wider terminal needs fewer lines', () => {
  expect(shown(DAY_PLAN, 120).split('\n').length).toBeLessThan(shown(DAY_PLAN, 80).split('\n').length);
});

test('the answer, the choice, the limit, the neighbours, the reasons and the next step are there, in this order', () => {
  const text = shown();
  const places = [
    SMALL_PLAN.summary.slice(0, 30),
    'What is chosen',
    'What users will feel',
    'limit ',
    'What it costs',
    'Next cheaper, faster, safer',
    'Why not the other',
    'What to do next',
    'qwen-selfhost synth plans/x.plan.json',
  ].map((part) => text.indexOf(part));
  expect(places).not.toContain(-1);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
});

test('every abbreviation that is used is explained', () => {
  const text = shown(DAY_PLAN);
  const words = text.slice(text.lastIndexOf('\nWords\n'));
  const used = new Set(
    text
      .slice(0, text.lastIndexOf('\nWords\n'))
      .match(/\b(TTFT|TPOT|p95|MTP|TP|DP|EP|PP|FP8|BF16|NAT|VPC)\b/g),
  );
  for (const word of used) expect(words).toMatch(new RegExp(`^  ${word} `, 'm'));
  expect(glossary('a TTFT here').map(([word]) => word)).toEqual(['TTFT']);
  expect(glossary('HTTPS and aTPb')).toEqual([]);
});

test('colours only where they are wanted', () => {
  expect(shown()).not.toContain(ESC);
  expect(terminalReport(SMALL_PLAN, { columns: 80, colour: true })).toContain(ESC);
});

test('a hostile text cannot command the terminal, nor widen it', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const printed = shown(hostilePlan(text));
      expect(printed.replaceAll('\n', '')).toBe(printable(printed.replaceAll('\n', '')));
      expect(printed).not.toContain(ESC);
      expect(printed.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }),
    { numRuns: 20, seed: 7 },
  );
});

test('figures of the first glance are those of the plan', () => {
  const figures = Object.fromEntries(keyFigures(SMALL_PLAN).map(({ label, value }) => [label, value]));
  expect(figures['Cost a month']).toBe(`$${Math.round(SMALL_PLAN.cost.usdPerMonth).toLocaleString('en-US')}`);
  expect(figures.Machines).toBe(`${SMALL_PLAN.choice.instances} x ${SMALL_PLAN.choice.instanceType}`);
});

test('wrap breaks at spaces, and inside a word that is too long', () => {
  expect(wrap('a bb ccc', 4)).toBe('a bb\nccc');
  expect(wrap('abcdefghij k', 4)).toBe('abcd\nefgh\nij k');
  expect(wrap('', 4)).toBe('');
});

test('a savings plan that the bill takes off is named beside the listed price', () => {
  const { sizing } = DAY_PLAN.requirements;
  const saving: Plan = {
    ...SMALL_PLAN,
    requirements: { ...SMALL_PLAN.requirements, sizing: { ...sizing!, savingsPlanDiscount: 0.2 } },
  };
  const hour = (plan: Plan) => costFacts(plan).find(([title]) => title === 'an hour')![1];
  expect(hour(saving)).toBe(`${hour(SMALL_PLAN)}, less 20% by your savings plan`);
});

test('explain tells apart what serves at the targets and the alternative on the same type', () => {
  const { instanceType } = SMALL_PLAN.rejected[0]!;
  const [first] = SMALL_PLAN.alternatives;
  const option = { ...first!.option, instanceType };
  const lines = explainType({ ...SMALL_PLAN, alternatives: [{ ...first!, option }] }, instanceType)!;
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(`The plan's ${first!.kind} choice is ${option.instances} x ${instanceType} `);
});

test('where the others leave no room, a row is a line a cell', () => {
  const lines = table(['name', 'size', 'place'], [['first', '12', 'one two three four']], {
    columns: 20,
    flexible: 2,
  });
  expect(lines).toBe('first\n  size: 12\n  place: one two\n    three four\n');
});

test('a flexible column gives way, the others stay whole', () => {
  const lines = table(['a', 'b'], [['one two three four', '12']], {
    columns: 18,
    rightAligned: [1],
    flexible: 0,
  });
  expect(lines).toBe('a                b\none two three   12\nfour\n');
});

test.each([
  [1, 1, 1, 'inside the intervals above'],
  [4, 0.1, 1, 'faster than the intervals above, which take it'],
  [4, 0.1, 9, 'outside the intervals above: believe this one'],
  [4, 9, 1, 'outside the intervals above: believe this one'],
  [1, 0.1, 1, 'outside the intervals above: believe this one'],
])(
  'what %d simulated replicas see, %d and %d times what is expected, is held against the intervals',
  (replicas, ttft, tpot, words) => {
    const { predicted } = SMALL_PLAN;
    const simulated = {
      ...predicted.simulated!,
      replicas,
      ttftP95Seconds: ttft * predicted.ttftP95Seconds.expected,
      tpotP95Seconds: tpot * predicted.tpotP95Seconds.expected,
    };
    const facts = Object.fromEntries(latencyFacts({ ...SMALL_PLAN, predicted: { ...predicted, simulated } }));
    expect(facts.simulated).toContain(words);
  },
);
