import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../errors';
import type { Plan } from '../plan/schema';
import { makePlan } from '../planning/plan';
import { usd } from '../report/format';
import { readRequirements } from '../requirements/document';
import { resolveRequirements } from '../requirements/resolve';
import { splitServices } from '../requirements/services';
import { planningCatalogue } from './catalogue-overlay';
import { readText } from './files';
import { progressLine } from './progress';
import { requirementOverrides } from './requirement-flags';
import type { Streams } from './streams';

export const DEFAULT_FILE = 'selfhost.yaml';

/**
 * Plans what a file and flags ask for, one plan a service; without a file, `selfhost.yaml` where there is one, else the
 * flags alone. A flag holds for every service.
 */
export function plansFrom(
  file: string | undefined,
  command: Command,
  streams: Streams,
  exhaustive = false,
): Plan[] {
  const overrides = requirementOverrides(command);
  const path = file ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  if (path === undefined && !overrides.some((override) => override.path[0] === 'model')) {
    throw new UserError(
      `nothing to plan: give --model NAME, or write a ${DEFAULT_FILE} with a line such as 'model: Qwen3.5-35B-A3B'`,
    );
  }
  const sources = path === undefined ? [null] : splitServices({ name: path, text: readText(path) });
  const { catalogue, warnings } = planningCatalogue();
  const progress = progressLine('planning', streams);
  const data = { catalogue, exhaustive, progress: progress.tick };
  let plans: Plan[];
  try {
    plans = sources.map((source) =>
      makePlan(resolveRequirements(readRequirements(source, overrides), catalogue), data),
    );
  } finally {
    progress.end();
  }
  const twice = plans.find(({ name }, i) => plans.findIndex((other) => other.name === name) !== i);
  if (twice) throw new UserError(`two services are named ${twice.name}; give each its own name`);
  for (const warning of new Set(plans.flatMap((plan) => warnings(plan)))) {
    command.configureOutput().writeErr?.(`warning: ${warning}\n`);
  }
  return plans;
}

/** What several plans cost together, one line; empty for one. */
export function totalLine(plans: readonly Plan[]): string {
  if (plans.length < 2) return '';
  const total = plans.reduce((sum, { cost }) => sum + cost.usdPerMonth, 0);
  const each = plans.map(({ name, cost }) => `${name} ${usd(cost.usdPerMonth)}`).join(', ');
  return `\nAll ${plans.length} services: ${usd(total)} a month (${each})\n`;
}
