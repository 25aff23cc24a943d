/** `npm run golden:update`: rewrites the frozen plans and stacks. Read the diff before committing it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serializePlan } from '../../src/plan/document';
import { GOLDEN_CASES, planOf } from './cases';
import { frozenStacks } from './stacks';

function emptied(name: string): string {
  const folder = join(__dirname, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}

const plans = emptied('plans');
for (const [name, text] of Object.entries(GOLDEN_CASES)) {
  const plan = planOf(text);
  writeFileSync(join(plans, `${name}.plan.json`), serializePlan(plan));
  console.log(`${name}: ${plan.summary}`);
}
const stacks = emptied('stacks');
for (const { name, text } of frozenStacks()) writeFileSync(join(stacks, `${name}.yaml`), text);
