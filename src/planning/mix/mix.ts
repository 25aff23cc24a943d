import { zonesOf } from '../../hardware/offerings';
import { USUAL_SIZING } from '../../requirements/sizing';
import type { PlanningContext } from '../candidate';
import type { FleetSize } from '../cost';
import { type Option, optionOf } from '../fleet';
import type { Search } from '../search';
import { hourlyFactors } from '../traffic';
import { mixBound } from './bound';
import { dayLevels, type Level } from './levels';
import { type Machine, machinesOf, machineUsdPerMonth } from './machines';
import { fixedUsdPerMonth, type Part, partsOf } from './pools';
import { fleetUsed, mixProgram, type Pool, running, working } from './program';
import type { SizeRange } from './size-ranges';
import { type MixSolver, primal } from './solver';

type Requirements = PlanningContext['requirements'];

/** One fleet is proposed unless a mix saves at least this share of its cost. */
export const WORTHWHILE_SAVING = 0.1;

/** A fleet of a mix: what it is asked for, and what serves it. */
export interface MixFleet {
  readonly range: SizeRange;
  /** Share of all requests at the peak. */
  readonly requestShare: number;
  /** A whole requirement of its own: planning it gives these machines or cheaper ones. */
  readonly requirements: Requirements;
  readonly option: Option;
}

export interface Mix {
  readonly usdPerMonth: number;
  readonly fleets: readonly MixFleet[];
}

/** The regions in which a mix may cost less than a limit, as integer programs. */
export interface MixProblem {
  readonly search: Search;
  readonly regions: readonly { readonly pools: readonly Pool[]; readonly program: string }[];
}

/**
 * What to ask the solver, or null where no mix of two or three fleets in one region can cost less than the limit.
 * Prompts are divided at most twice, by length; the fleets of one length share its load.
 */
export function mixProblem(search: Search, limitUsd: number): MixProblem | null {
  const { context } = search;
  const { requirements, catalogue } = context;
  if (!(requirements.sizing ?? USUAL_SIZING).mixedFleets) return null;
  const parts = partsOf(search);
  const { levels } = dayLevels(context);
  // Two machines at the least, each at the peak at the least.
  const least = cheapestMachineUsd(parts) * levels.at(-1)!.shareOfDay + fixedUsdPerMonth(requirements);
  if (2 * least >= limitUsd) return null;
  const regions = requirements.regions.flatMap((region) => {
    if (zonesOf(catalogue, region).length < 2) return [];
    const bound = mixBound(parts, region);
    if (bound.usdPerMonth >= limitUsd) return [];
    const pools = parts
      .map((part, p) => poolOf(part, region, (usd) => bound.leastRate(p, usd, limitUsd)))
      .filter(({ machines }) => machines.length > 0);
    return regionOf(pools, context);
  });
  return regions.length === 0 ? null : { search, regions };
}

/** The integer program over some pools, or none where they do not serve every size of prompt. */
function regionOf(pools: readonly Pool[], context: PlanningContext): MixProblem['regions'] {
  if (!servesAll(pools)) return [];
  const { levels } = dayLevels(context);
  const program = mixProgram(pools, levels, fixedUsdPerMonth(context.requirements), context);
  return [{ pools, program }];
}

/** The problem without the machine of a fleet for its range of prompts: it turned out not to hold. */
export function withoutMachine({ search, regions }: MixProblem, { range, option }: MixFleet): MixProblem {
  const isIt = (pool: Pool, { prospect }: Machine): boolean =>
    pool.range === range && prospect.candidate === option.candidate;
  const left = regions.flatMap(({ pools }) =>
    regionOf(
      pools
        .map((pool) => ({ ...pool, machines: pool.machines.filter((machine) => !isIt(pool, machine)) }))
        .filter(({ machines }) => machines.length > 0),
      search.context,
    ),
  );
  return { search, regions: left };
}

/** The cheapest machine that serves any part of the workload: what serves the longest serves the shortest. */
function cheapestMachineUsd(parts: readonly Part[]): number {
  const { search } = parts.reduce((a, b) => (b.range.inputTokens.p95 < a.range.inputTokens.p95 ? b : a));
  const priced = search.prospects
    .map((prospect) => ({ prospect, usd: machineUsdPerMonth(prospect, search.context) }))
    .sort((a, b) => a.usd - b.usd);
  const serving = priced.find(({ prospect }) => search.mostRequestsPerSecond(prospect) > 0);
  return serving?.usd ?? Number.POSITIVE_INFINITY;
}

function poolOf(
  { range, search, trafficUsdPerMonth }: Part,
  region: string,
  leastRate: Parameters<typeof machinesOf>[2],
): Pool {
  const here = search.prospects.filter(({ candidate }) => candidate.offer.offering.region === region);
  return {
    range,
    requirements: search.context.requirements,
    machines: machinesOf(search, here, leastRate),
    trafficUsdPerMonth,
  };
}

const servesAll = (pools: readonly Pool[]): boolean =>
  pools.length > 0 &&
  Array.from({ length: Math.max(...pools.map(({ range }) => range.last)) + 1 }, (_, size) => size).every(
    (size) => pools.some(({ range }) => range.first <= size && size <= range.last),
  );

/** The cheapest mix of two or more fleets over the problem's regions; null when one fleet is cheapest everywhere. */
export function bestMix({ search, regions }: MixProblem, solver: MixSolver): Mix | null {
  let best: Mix | null = null;
  for (const { pools, program } of regions) {
    const { Status, Columns } = solver.solve(program, { mip_rel_gap: 0 });
    if (Status !== 'Optimal') continue;
    const value = (name: string): number => Math.round(primal(Columns, name));
    const mix = mixOf(pools, value, search.context);
    if (mix !== null && (best === null || mix.usdPerMonth < best.usdPerMonth)) best = mix;
  }
  const { monthlyBudgetUsd } = search.context.requirements;
  return best !== null && best.usdPerMonth <= (monthlyBudgetUsd ?? Number.POSITIVE_INFINITY) ? best : null;
}

interface Running {
  readonly machine: Machine;
  /** Machines at each level of the day, and those of them that are not reserve. */
  readonly byLevel: readonly number[];
  readonly working: readonly number[];
}

function mixOf(
  pools: readonly Pool[],
  value: (name: string) => number,
  context: PlanningContext,
): Mix | null {
  const day = dayLevels(context);
  const { survive } = context.requirements.sizing ?? USUAL_SIZING;
  const fleets = pools.flatMap((pool, p) => {
    const together: Running[] = pool.machines.flatMap((machine, i) =>
      value(fleetUsed(p, i)) === 1
        ? [
            {
              machine,
              byLevel: day.levels.map((_, l) => value(running(p, i, l))),
              working: day.levels.map((_, l) => value(working(p, i, l, survive))),
            },
          ]
        : [],
    );
    return together.map((fleet) => fleetOf(fleet, together, pool, day, context));
  });
  if (fleets.length < 2) return null;
  const usdPerMonth = fleets.reduce((sum, { option }) => sum + option.cost.usdPerMonth, 0);
  return { usdPerMonth: Math.round(usdPerMonth * 100) / 100, fleets };
}

function fleetOf(
  fleet: Running,
  together: readonly Running[],
  { range, requirements }: Pool,
  { levels, ofHour }: { readonly levels: readonly Level[]; readonly ofHour: readonly number[] | null },
  context: PlanningContext,
): MixFleet {
  const { machine, byLevel } = fleet;
  const heldAt = (level: number, of: readonly Running[]): number =>
    of.reduce((sum, other) => sum + other.working[level]! * other.machine.requestsPerSecond, 0);
  /** The share of this fleet while so many machines run: each machine gets what it is worth. */
  const shareAt = (level: number): number => heldAt(level, [fleet]) / heldAt(level, together);
  const factors = hourlyFactors(requirements);
  const shares = factors?.map(
    (factor) => factor * shareAt(levels.findIndex((level) => level.factor >= factor)),
  ) ?? [shareAt(levels.length - 1)];
  const peak = Math.max(...shares);
  const { workload, sizing } = requirements;
  const own: Requirements = {
    ...requirements,
    regions: [machine.prospect.candidate.offer.offering.region],
    markets: [machine.prospect.candidate.offer.market],
    checkpoint: machine.prospect.candidate.checkpoint.key,
    instanceTypes: { allow: [machine.prospect.candidate.offer.type.name], deny: [] },
    workload: {
      ...workload,
      requestsPerSecond: workload.requestsPerSecond * peak,
      concurrentUsers: null,
      // A turn may go to another fleet than the one before.
      ...(workload.historyShare === undefined ? {} : { historyShare: 0 }),
    },
    monthlyBudgetUsd: null,
    sizing: {
      ...(sizing ?? USUAL_SIZING),
      mixedFleets: false,
      hourlyFactors: factors === null ? null : shares.map((share) => share / peak),
    },
  };
  const size: FleetSize = {
    instances: byLevel.at(-1)!,
    hourlyInstances: ofHour === null ? null : ofHour.map((level) => byLevel[level]!),
  };
  return {
    range,
    requestShare: range.share * peak,
    requirements: own,
    option: optionOf(machine.prospect.candidate, machine.design, machine.capacity, size, {
      ...context,
      requirements: own,
    }),
  };
}
