/** `npm run golden:update`: rewrites the frozen plans and stacks. Read the diff before committing it. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serializePlan } from '../../src/plan/document';
import { synthPlans } from '../../stacks/synth';
import { GOLDEN_CASES, planOf } from './cases';

const folder = __dirname;
const scratch = mkdtempSync(join(tmpdir(), 'golden-'));
rmSync(join(folder, 'plans'), { recursive: true, force: true });
rmSync(join(folder, 'stacks'), { recursive: true, force: true });
mkdirSync(join(folder, 'plans'));
for (const [name, text] of Object.entries(GOLDEN_CASES)) {
  const plan = planOf(text);
  writeFileSync(join(folder, 'plans', `${name}.plan.json`), serializePlan(plan));
  for (const path of synthPlans([plan], scratch)) cpSync(path, join(folder, 'stacks', `${name}.tf.json`));
  console.log(`${name}: ${plan.summary}`);
}
rmSync(scratch, { recursive: true });
