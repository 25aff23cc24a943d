import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../errors';
import type { Calibration } from '../performance/calibration';
import type { Plan } from '../plan/schema';
import { makePlan } from '../planning/plan';
import { usd } from '../report/format';
import { type Override, type RequirementsSource, readRequirements } from '../requirements/document';
import { resolveRequirements } from '../requirements/resolve';
import { splitServices } from '../requirements/services';
import { type CalibrationOptions, calibrationsOf, refuseUnused } from './calibration-flag';
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
  const source = path === undefined ? null : sourceOf(path);
  const calibrations = calibrationsOf(command.opts<CalibrationOptions>());
  const progress = progressLine('planning', streams);
  let planned: ReturnType<typeof planAll>;
  try {
    planned = planAll(source, overrides, { exhaustive, calibrations, progress: progress.tick });
  } finally {
    progress.end();
  }
  const { plans, warnings } = planned;
  for (const warning of warnings) command.configureOutput().writeErr?.(`warning: ${warning}\n`);
  return plans;
}

export const sourceOf = (path: string): RequirementsSource => ({ name: path, text: readText(path) });

export interface PlanSettings {
  readonly exhaustive?: boolean;
  readonly calibrations?: readonly Calibration[];
  /** Called as planning goes on. */
  readonly progress?: () => void;
}

/**
 * One plan a service of a requirements document, with the catalogue of the user; the only way from requirements to
 * plans, whoever asks.
 */
export function planAll(
  source: RequirementsSource | null,
  overrides: readonly Override[],
  { exhaustive = false, calibrations = [], progress = () => undefined }: PlanSettings = {},
): { readonly plans: Plan[]; readonly warnings: readonly string[] } {
  const { catalogue, warnings } = planningCatalogue();
  const resolved = (source === null ? [null] : splitServices(source)).map((service) =>
    resolveRequirements(readRequirements(service, overrides), catalogue),
  );
  refuseUnused(calibrations, resolved);
  const data = { catalogue, exhaustive, calibrations, progress };
  const plans = resolved.map((asked) => makePlan(asked, data));
  const twice = plans.find(({ name }, i) => plans.findIndex((other) => other.name === name) !== i);
  if (twice) throw new UserError(`two services are named ${twice.name}; give each its own name`);
  return { plans, warnings: [...new Set(plans.flatMap((plan) => warnings(plan)))] };
}

/** What several plans cost together, one line; empty for one. */
export function totalLine(plans: readonly Plan[]): string {
  if (plans.length < 2) return '';
  const total = plans.reduce((sum, { cost }) => sum + cost.usdPerMonth, 0);
  const each = plans.map(({ name, cost }) => `${name} ${usd(cost.usdPerMonth)}`).join(', ');
  return `\nAll ${plans.length} services: ${usd(total)} a month (${each})\n`;
}
