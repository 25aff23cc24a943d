import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parsePlan } from '../plan/document';
import type { Plan } from '../plan/schema';
import { packageRoot } from './package-root';
import { readText } from './read-text';
import { DEFAULT_FILE, planAll, sourceOf } from './requirements-file';

const PLANS = 'plans';

/**
 * What `npx cdktf synth` synthesises: the model of QWEN_MODEL with the defaults; else every plan under `plans/`;
 * else `selfhost.yaml` here, or the example.
 * @param warn is told what to know about the data of a new plan
 */
export function plansToSynthesise(
  environment: Readonly<Record<string, string | undefined>>,
  warn: (line: string) => void,
): Plan[] {
  const model = environment.QWEN_MODEL;
  if (model) return planned(null, [{ path: ['model'], value: model, label: 'QWEN_MODEL' }]);
  const files = existsSync(PLANS)
    ? readdirSync(PLANS)
        .filter((file) => file.endsWith('.plan.json'))
        .sort()
        .map((file) => join(PLANS, file))
    : [];
  if (files.length > 0) return files.map((file) => parsePlan(readText(file), file));
  return planned(sourceOf(existsSync(DEFAULT_FILE) ? DEFAULT_FILE : join(packageRoot(), DEFAULT_FILE)), []);

  function planned(...input: Parameters<typeof planAll>): Plan[] {
    const { plans, warnings } = planAll(...input);
    for (const line of warnings) warn(line);
    return plans;
  }
}
