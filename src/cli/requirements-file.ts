import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { UserError } from '../errors';
import type { Catalogue } from '../hardware/offerings';
import type { Calibration } from '../performance/calibration';
import type { Plan } from '../plan/schema';
import { standTogether } from '../plan/together';
import { type Draft, type PlanningData, tryDraft } from '../planning/draft';
import { NoFleetError } from '../planning/no-fleet';
import { patternOf, withTrace } from '../planning/trace-pattern';
import { usd } from '../report/format';
import { type Override, type RequirementsSource, readRequirements } from '../requirements/document';
import type { RequirementsInput } from '../requirements/input';
import { type ResolvedRequirements, resolveRequirements } from '../requirements/resolve';
import { splitServices } from '../requirements/services';
import { type CalibrationOptions, calibrationsOf, refuseUnused } from './calibration-flag';
import { planningCatalogue } from './catalogue-overlay';
import { plansWithMix } from './mixed-fleets';
import { progressLine } from './progress';
import { readText } from './read-text';
import { requirementOverrides } from './requirement-flags';
import type { Streams } from './streams';
import { readTrace } from './trace-file';

export const DEFAULT_FILE = 'selfhost.yaml';

/** Flags of the commands that plan from a file. */
export interface PlanningOptions extends CalibrationOptions {
  readonly exhaustive?: boolean;
  readonly mixed?: boolean;
}

export const mixedOption = (): Option =>
  new Option('--mixed', 'where a mix of fleets saves a tenth or more: plan each of its fleets as a service');

/**
 * Plans what a file and flags ask for, one plan a service; without a file, `selfhost.yaml` where there is one, else the
 * flags alone. A flag holds for every service. Mixes of fleets are considered, and planned where the user wants them.
 */
export async function plansFrom(
  file: string | undefined,
  command: Command,
  streams: Streams,
): Promise<Plan[]> {
  const overrides = requirementOverrides(command);
  const path = file ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  if (path === undefined && !overrides.some((override) => override.path[0] === 'model')) {
    throw new UserError(
      `nothing to plan: give --model NAME, or write a ${DEFAULT_FILE} with a line such as 'model: Qwen3.5-35B-A3B'`,
    );
  }
  const source = path === undefined ? null : sourceOf(path);
  const options = command.opts<PlanningOptions>();
  const progress = progressLine('planning', streams);
  const plans: Plan[] = [];
  let drafted: Drafts;
  try {
    drafted = draftAll(source, overrides, {
      exhaustive: options.exhaustive ?? false,
      calibrations: calibrationsOf(options),
      progress: progress.tick,
    });
    for (const { draft, resolved } of drafted.drafts)
      plans.push(...(await plansWithMix(draft, resolved, drafted.data, options.mixed ?? false)));
  } finally {
    progress.end();
  }
  const { warnings } = drafted;
  for (const warning of warnings) command.configureOutput().writeErr?.(`warning: ${warning}\n`);
  return [...standTogether(plans)];
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
 * plans, whoever asks. One fleet each.
 */
export function planAll(...input: Parameters<typeof draftAll>): {
  readonly plans: Plan[];
  readonly warnings: readonly string[];
} {
  const { drafts, warnings } = draftAll(...input);
  return { plans: [...standTogether(drafts.map(({ draft }) => onlyPlan(draft)))], warnings };
}

function onlyPlan(draft: Draft | NoFleetError): Plan {
  if (draft instanceof NoFleetError) throw draft;
  return draft.plan;
}

interface Drafts {
  readonly drafts: readonly {
    readonly draft: Draft | NoFleetError;
    readonly resolved: ResolvedRequirements;
  }[];
  readonly data: PlanningData;
  readonly warnings: readonly string[];
}

function draftAll(
  source: RequirementsSource | null,
  overrides: readonly Override[],
  { exhaustive = false, calibrations = [], progress = () => undefined }: PlanSettings = {},
): Drafts {
  const { catalogue, warnings } = planningCatalogue();
  const asked = (source === null ? [null] : splitServices(source)).map((service) =>
    resolveTraced(readRequirements(service, overrides), catalogue),
  );
  refuseUnused(calibrations, asked);
  const data: PlanningData = { catalogue, exhaustive, calibrations, progress };
  const drafts = asked.map((resolved) => ({ resolved, draft: tryDraft(resolved, data) }));
  return {
    drafts,
    data,
    warnings: [
      ...new Set(drafts.flatMap(({ draft }) => (draft instanceof NoFleetError ? [] : warnings(draft.plan)))),
    ],
  };
}

/** Requirements as understood, with the pattern of their trace where they name one. */
function resolveTraced(input: RequirementsInput, catalogue: Catalogue): ResolvedRequirements {
  const path = input.workload?.trace;
  if (path === undefined) return resolveRequirements(input, catalogue, today());
  const traced = withTrace(input, patternOf(readTrace(path)), path);
  const resolved = resolveRequirements(traced.input, catalogue, today());
  return { ...resolved, notes: [traced.note, ...resolved.notes] };
}

const today = (): string => new Date().toISOString().slice(0, 10);

/** What several plans cost together, one line; empty for one. Where it may be taken for more than was allowed, whose budget it is. */
export function totalLine(plans: readonly Plan[]): string {
  if (plans.length < 2) return '';
  const total = plans.reduce((sum, { cost }) => sum + cost.usdPerMonth, 0);
  const each = plans.map(({ name, cost }) => `${name} ${usd(cost.usdPerMonth)}`).join(', ');
  const budgets = plans.flatMap(({ name, requirements }) =>
    requirements.monthlyBudgetUsd === null ? [] : [{ name, most: requirements.monthlyBudgetUsd }],
  );
  const passed = budgets.some(({ most }) => total > most);
  const own = budgets.map(({ name, most }) => `${name} ${usd(most)}`).join(', ');
  return `\nAll ${plans.length} services: ${usd(total)} a month (${each})\n${
    passed
      ? `A budget (monthlyBudgetUsd, --budget) is each service's own, not that of all together: ${own}\n`
      : ''
  }`;
}
