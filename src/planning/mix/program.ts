import type { Survival } from '../../requirements/choices';
import { USUAL_SIZING } from '../../requirements/sizing';
import type { PlanningContext } from '../candidate';
import type { Level } from './levels';
import type { Machine } from './machines';
import type { SizeRange } from './size-ranges';

/** A part of the workload, and the machines that could serve it. */
export interface Pool {
  readonly range: SizeRange;
  readonly requirements: PlanningContext['requirements'];
  readonly machines: readonly Machine[];
  /** Bytes and logs of this part, USD a month. */
  readonly trafficUsdPerMonth: number;
}

/** More fleets than so many are more than people keep in their heads. */
const MOST_FLEETS = 3;
const MOST_INSTANCES = 1000;

type Requirements = PlanningContext['requirements'];

/** Names of the program's variables. */
const rangeUsed = (pool: number): string => `z${pool}`;
export const fleetUsed = (pool: number, machine: number): string => `y${pool}_${machine}`;
export const running = (pool: number, machine: number, level: number): string =>
  `n${pool}_${machine}_${level}`;
/** The machines that hold the load, without the reserve; where there is none, those that run. */
export const working = (pool: number, machine: number, level: number, survive: Survival): string =>
  survive === 'nothing' ? running(pool, machine, level) : `m${pool}_${machine}_${level}`;

/**
 * The cheapest mix of a region as an integer program in CPLEX LP format. Sizes of requests are divided into ranges (z),
 * each served by fleets (y) of machines that run (n) at each level of the day's load; the machines without the reserve
 * (m) hold the load of their range. Machines only join as the load rises, so that a base runs all day and peaks are
 * added; at most three fleets. With one fleet it is the question that the search answers.
 */
export function mixProgram(
  pools: readonly Pool[],
  levels: readonly Level[],
  fixedUsdPerMonth: number,
  { requirements }: PlanningContext,
): string {
  const { survive, quotaVcpus } = requirements.sizing ?? USUAL_SIZING;
  const top = levels.length - 1;
  const cost: string[] = [];
  const rules: string[] = [];
  const whole: string[] = [];
  const binary: string[] = [];
  const quotas = new Map<string, string[]>();

  pools.forEach((pool, p) => {
    binary.push(rangeUsed(p));
    cost.push(term(pool.trafficUsdPerMonth, rangeUsed(p)));
    pool.machines.forEach((machine, i) => {
      const used = fleetUsed(p, i);
      binary.push(used);
      cost.push(term(fixedUsdPerMonth, used));
      rules.push(`${used} - ${rangeUsed(p)} <= 0`);
      const most = mostOf(machine, pool, survive);
      levels.forEach((level, l) => {
        const n = running(p, i, l);
        const m = working(p, i, l, survive);
        whole.push(n);
        const share = machine.alwaysPaid ? (l === top ? 1 : 0) : level.shareOfDay;
        if (share > 0) cost.push(term(machine.usdPerMonth * share, n));
        rules.push(`${n} - ${number(most)} ${used} <= 0`);
        if (l === top || !canRest(machine, requirements)) rules.push(`${m} - ${machine.fewest} ${used} >= 0`);
        if (requirements.minZones > 1) rules.push(`${n} - ${requirements.minZones} ${used} >= 0`);
        if (l > 0) rules.push(`${n} - ${running(p, i, l - 1)} >= 0`);
        if (m !== n) {
          whole.push(m);
          rules.push(
            survive === 'machine'
              ? `${n} - ${m} - ${used} >= 0`
              : `${n} - ${number(1 + 1 / Math.max(1, machine.zones - 1))} ${m} >= 0`,
          );
        }
      });
      if (machine.quota !== null) {
        const needs = quotas.get(machine.quota) ?? [];
        needs.push(term(machine.prospect.candidate.offer.type.vcpus, running(p, i, top)));
        quotas.set(machine.quota, needs);
      }
    });
    const rate = pool.requirements.workload.requestsPerSecond;
    levels.forEach((level, l) => {
      const held = pool.machines.map((machine, i) =>
        term(machine.requestsPerSecond / rate, working(p, i, l, survive)),
      );
      rules.push(`${held.join(' ')} - ${number(level.factor)} ${rangeUsed(p)} >= 0`);
    });
  });
  const sizes = Math.max(...pools.map(({ range }) => range.last)) + 1;
  for (let size = 0; size < sizes; size++) {
    const holding = pools.flatMap(({ range }, p) =>
      range.first <= size && size <= range.last ? [rangeUsed(p)] : [],
    );
    rules.push(`${holding.join(' + ')} = 1`);
  }
  rules.push(
    `${pools.flatMap(({ machines }, p) => machines.map((_, i) => fleetUsed(p, i))).join(' + ')} <= ${MOST_FLEETS}`,
  );
  for (const [code, needs] of quotas) rules.push(`${needs.join(' ')} <= ${quotaVcpus[code]}`);
  return [
    'Minimize',
    ` usd: ${cost.join(' ')}`,
    'Subject To',
    ...rules.map((rule, i) => ` r${i}: ${rule}`),
    'Bounds',
    ...whole.map((name) => ` 0 <= ${name} <= ${MOST_INSTANCES}`),
    'General',
    ` ${whole.join(' ')}`,
    'Binary',
    ` ${binary.join(' ')}`,
    'End',
  ].join('\n');
}

/** Whether a fleet may be switched off at times: not where it must always have so many machines or zones. */
const canRest = ({ fewest }: Pick<Machine, 'fewest'>, { minZones, sizing }: Requirements): boolean =>
  fewest === 1 && minZones === 1 && (sizing ?? USUAL_SIZING).survive === 'nothing';

/** Enough machines to serve a range alone, reserve included. */
function mostOf(machine: Machine, { requirements }: Pool, survive: Survival): number {
  const alone = Math.max(
    machine.fewest,
    Math.ceil(requirements.workload.requestsPerSecond / machine.requestsPerSecond),
  );
  const reserve = survive === 'nothing' ? 0 : Math.ceil(alone / Math.max(1, machine.zones - 1));
  return Math.min(MOST_INSTANCES, Math.max(alone + reserve, requirements.minZones));
}

const number = (value: number): string => Number(value.toPrecision(12)).toString();
const term = (factor: number, name: string): string => `+ ${number(factor)} ${name}`;
