import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../errors';
import { EMBEDDED_CATALOGUE } from '../hardware/offerings';
import type { Plan } from '../plan/schema';
import { makePlan } from '../planning/plan';
import { readRequirements } from '../requirements/document';
import { resolveRequirements } from '../requirements/resolve';
import { readText } from './files';
import { requirementOverrides } from './requirement-flags';

export const DEFAULT_FILE = 'selfhost.yaml';

/** Plans what a file and flags ask for; without a file, `selfhost.yaml` where there is one, else the flags alone. */
export function planFrom(file: string | undefined, command: Command): Plan {
  const overrides = requirementOverrides(command);
  const path = file ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  if (path === undefined && !overrides.some((override) => override.path[0] === 'model')) {
    throw new UserError(
      `nothing to plan: give --model NAME, or write a ${DEFAULT_FILE} with a line such as 'model: Qwen3.5-35B-A3B'`,
    );
  }
  const input = readRequirements(path === undefined ? null : { name: path, text: readText(path) }, overrides);
  return makePlan(resolveRequirements(input, EMBEDDED_CATALOGUE), { catalogue: EMBEDDED_CATALOGUE });
}
