import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePlan, serializePlan } from '../../src/plan/document';
import { synthPlans } from '../../stacks/synth';
import { GOLDEN_CASES, planOf } from './cases';

const frozen = (path: string): string => readFileSync(join(__dirname, path), 'utf8');

describe.each(Object.entries(GOLDEN_CASES))('%s', (name, text) => {
  const scratch = mkdtempSync(join(tmpdir(), 'golden-'));
  afterAll(() => rmSync(scratch, { recursive: true }));

  test('the plan is the frozen one (npm run golden:update, then read the diff)', () => {
    expect(serializePlan(planOf(text))).toBe(frozen(`plans/${name}.plan.json`));
  });

  test('the same requirements give the same bytes', () => {
    expect(serializePlan(planOf(text))).toBe(serializePlan(planOf(text)));
  });

  test('the frozen plan round-trips', () => {
    const document = frozen(`plans/${name}.plan.json`);
    expect(serializePlan(parsePlan(document, name))).toBe(document);
  });

  test('the stack of the frozen plan is the frozen stack', () => {
    const plan = parsePlan(frozen(`plans/${name}.plan.json`), name);
    const [path] = synthPlans([plan], scratch);
    expect(readFileSync(path!, 'utf8')).toBe(frozen(`stacks/${name}.tf.json`));
  });
});
