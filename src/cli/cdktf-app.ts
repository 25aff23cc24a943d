import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors';
import { EMBEDDED_CATALOGUE } from '../hardware/offerings';
import { parsePlan } from '../plan/document';
import type { Plan } from '../plan/schema';
import { makePlan } from '../planning/plan';
import { readRequirements } from '../requirements/document';
import { resolveRequirements } from '../requirements/resolve';
import { readText } from './files';
import { packageRoot } from './package-root';
import { DEFAULT_FILE } from './requirements-file';
import { stackApp, stackSynth } from './stacks';

/**
 * What `npx cdktf synth` synthesises: the model of QWEN_MODEL with the defaults; else every plan under `plans/`;
 * else the example.
 */
function plansToSynthesise(): Plan[] {
  const model = process.env.QWEN_MODEL;
  if (model) return [planOf(null, [{ path: ['model'], value: model, label: 'QWEN_MODEL' }])];
  const files = existsSync('plans')
    ? readdirSync('plans')
        .filter((file) => file.endsWith('.plan.json'))
        .sort()
    : [];
  if (files.length > 0)
    return files.map((file) => parsePlan(readText(join('plans', file)), join('plans', file)));
  const example = existsSync(DEFAULT_FILE) ? DEFAULT_FILE : join(packageRoot(), DEFAULT_FILE);
  return [planOf({ name: example, text: readText(example) }, [])];
}

function planOf(...input: Parameters<typeof readRequirements>): Plan {
  return makePlan(resolveRequirements(readRequirements(...input), EMBEDDED_CATALOGUE), {
    catalogue: EMBEDDED_CATALOGUE,
  });
}

try {
  const plans = plansToSynthesise();
  const app = new (stackApp().App)();
  stackSynth().addPlanStacks(app, plans);
  app.synth();
} catch (error) {
  process.stderr.write(
    `error: ${error instanceof UserError ? error.message : ((error as Error).stack ?? String(error))}\n`,
  );
  process.exitCode = error instanceof UserError ? error.exitCode : 70;
}
