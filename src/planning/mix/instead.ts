import { UserError } from '../../errors';
import { dollars } from '../../report/format';
import type { PlanningContext } from '../candidate';
import { cents } from '../cost';
import type { NoFleetError } from '../no-fleet';
import { quotaOf } from '../quotas';
import { type ConfirmedMix, confirmedMix } from './confirm';
import { bestMix, type MixProblem, mixProblem } from './mix';
import { routingText } from './routing';
import type { MixSolver } from './solver';

type Requirements = PlanningContext['requirements'];

/** Objections to the size or the price of one fleet alone. What serves no request at all, several fleets do not serve either. */
const TOO_MUCH_FOR_ONE: ReadonlySet<string> = new Set(['slo-at-load', 'instances', 'quota', 'budget']);

/** The integer programs to solve where no single fleet does; null, and no solver needed, where no mix can. */
export function insteadQuestion({ search }: NoFleetError): MixProblem | null {
  if (!search.rejected.some(({ filter }) => TOO_MUCH_FOR_ONE.has(filter))) return null;
  return mixProblem(search, search.context.requirements.monthlyBudgetUsd ?? Number.POSITIVE_INFINITY);
}

/** A mix where no single fleet does. */
export interface MixInstead {
  /** What to say to who asked for a plan of one fleet. */
  readonly error: UserError;
  /** The requirements of each fleet, to be planned as services. */
  readonly fleets: readonly Requirements[];
  readonly routing: string;
}

/** The cheapest mix that holds where no single fleet does, or null. */
export function mixInstead(none: NoFleetError, problem: MixProblem, solver: MixSolver): MixInstead | null {
  const { context } = none.search;
  const { confirmed } = confirmedMix(
    problem,
    bestMix(problem, solver),
    solver,
    context.requirements.monthlyBudgetUsd ?? Number.POSITIVE_INFINITY,
  );
  if (confirmed === null || !isAllowed(confirmed, context.requirements)) return null;
  const { built, asked, mix, names } = confirmed;
  const machines = built
    .map(({ option }) => `${option.instances} x ${option.candidate.offer.type.name}`)
    .join(' and ');
  return {
    error: new UserError(
      `${none.message}; a mix of fleets does it for ${dollars(Math.round(usdOf(confirmed)))} a month, ${machines}: --mixed plans each of them`,
      1,
    ),
    fleets: asked,
    routing: routingText(mix.fleets, names, context),
  };
}

const usdOf = ({ built }: ConfirmedMix): number =>
  cents(built.reduce((sum, { option }) => sum + option.cost.usdPerMonth, 0));

/** As built, all fleets together stay within budget and quotas: a simulation may have added machines. */
function isAllowed(confirmed: ConfirmedMix, { monthlyBudgetUsd, sizing }: Requirements): boolean {
  if (usdOf(confirmed) > (monthlyBudgetUsd ?? Number.POSITIVE_INFINITY)) return false;
  const needed = new Map<string, number>();
  for (const { option } of confirmed.built) {
    const { offer } = option.candidate;
    const code = quotaOf(offer)?.code;
    if (code !== undefined) needed.set(code, (needed.get(code) ?? 0) + option.instances * offer.type.vcpus);
  }
  return [...needed].every(
    ([code, vcpus]) => vcpus <= (sizing?.quotaVcpus[code] ?? Number.POSITIVE_INFINITY),
  );
}
