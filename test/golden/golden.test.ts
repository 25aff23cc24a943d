import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePlan, serializePlan } from '../../src/plan/document';
import { GOLDEN_CASES, planOf } from './cases';
import { frozenStacks } from './stacks';

const frozen = (path: string): string => readFileSync(join(__dirname, path), 'utf8');

describe.each(Object.entries(GOLDEN_CASES))('%s', (name, text) => {
  test('the plan is the frozen one (npm run golden:update, then read the diff)', () => {
    expect(serializePlan(planOf(text))).toBe(frozen(`plans/${name}.plan.json`));
  });

  test('the frozen plan round-trips', () => {
    const document = frozen(`plans/${name}.plan.json`);
    expect(serializePlan(parsePlan(document, name))).toBe(document);
  });
});

test.each(Object.entries(GOLDEN_CASES).slice(0, 2))(
  '%s is planned with the same bytes after all others',
  (name, text) => {
    expect(serializePlan(planOf(text))).toBe(frozen(`plans/${name}.plan.json`));
  },
);

describe('golden stacks', () => {
  const stacks = frozenStacks();

  test.each(stacks.map(({ name, text }) => [name, text]))('%s is the frozen stack, construct ids included', (name, text) => {
    expect(text).toBe(frozen(`stacks/${name}.yaml`));
  });

  test('no frozen stack is left over', () => {
    expect(readdirSync(join(__dirname, 'stacks')).sort()).toEqual(stacks.map(({ name }) => `${name}.yaml`).sort());
  });
});
