import { dollars } from '../report/format';
import type { PlanningContext } from './candidate';
import { type Check, checkOption } from './check';
import type { Option } from './fleet';
import { cheapestOption, type Search } from './search';

/** A simpler plan is recommended while it costs at most so much more than the cheapest. */
const SIMPLER_MAY_COST = 1.1;
const CHECKS_PER_DESIGN = 3;
const MOST_CHECKS = 15;
/** After a failed simulation a replica gets so much less of the load. */
const RELIEF = 0.85;

export interface Recommendation {
  /** The cheapest in closed form, over all candidates. */
  readonly best: Option;
  readonly recommended: Option;
  readonly check: Extract<Check, { ok: true }>;
  /** Why the recommended is not the cheapest; null when it is. */
  readonly whyNotBest: string | null;
}

/** The option to recommend: the cheapest or a simpler one near it, and one that a simulation confirms. */
export function recommend(search: Search, exhaustive: boolean): Recommendation | null {
  const best = cheapestOption(search, {}, exhaustive);
  if (best === null) return null;
  const failures = new Map<string, number>();
  let firstFailure: string | null = null;
  for (let checks = 0; checks < MOST_CHECKS; checks++) {
    const cheapest = checks === 0 ? best : cheapestOption(search);
    if (cheapest === null) return null;
    const option = simplestNear(cheapest, search);
    const check = checkOption(option, search.context);
    if (check.ok) return { best, recommended: option, check, whyNotBest: whyNot(best, option, firstFailure) };
    firstFailure ??= check.reason;
    const { key } = option.design;
    failures.set(key, (failures.get(key) ?? 0) + 1);
    const hopeless = failures.get(key)! >= CHECKS_PER_DESIGN;
    search.limitDesign(option.design, hopeless ? 0 : relieved(option, search.context), check);
  }
  return null;
}

/** A capacity at which the option needs more replicas than it had. */
const relieved = ({ replicas, utilisationTarget }: Option, { requirements }: PlanningContext): number =>
  (RELIEF * requirements.workload.requestsPerSecond) / replicas / utilisationTarget;

/** The cheapest option with the fewest extras within the margin; the option itself when it has none. */
function simplestNear(cheapest: Option, search: Search): Option {
  const limitUsd = cheapest.cost.usdPerMonth * SIMPLER_MAY_COST;
  for (let extras = 0; extras < cheapest.design.extras.length; extras++) {
    const simpler = cheapestOption(search, { limitUsd, design: (design) => design.extras.length <= extras });
    if (simpler !== null) return simpler;
  }
  return cheapest;
}

function whyNot(best: Option, recommended: Option, firstFailure: string | null): string | null {
  const extra = recommended.cost.usdPerMonth - best.cost.usdPerMonth;
  const same = best.design === recommended.design && best.candidate === recommended.candidate;
  if (same && Math.abs(extra) < 0.01) return null;
  if (firstFailure !== null)
    return `the cheapest does not hold when simulated: ${firstFailure.replace(/^simulated: /, '')}`;
  const spared = best.design.extras.filter((name) => !recommended.design.extras.includes(name)).join(' and ');
  return `${dollars(extra)} a month more (${((extra / best.cost.usdPerMonth) * 100).toFixed(1)}%) spares ${spared}`;
}
