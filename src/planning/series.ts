import { intervalAround } from '../performance/interval';
import type { CandidatePoint, Series } from '../plan/series';
import type { PlanningContext } from './candidate';
import { paretoFrontier } from './explain';
import { atPeak, byCost, type Option } from './fleet';
import { layoutText } from './layouts';
import { lastRateOf, resized } from './resized';
import { figure, significant } from './rounding';
import { cheapestFirst, type Search } from './search';

/** What the report's charts show, from the same closed form as the plan. */
export function planSeries(chosen: Option, search: Search): Series {
  return {
    load: loadCurve(chosen, search.context),
    cost: costSteps(chosen, search.context),
    candidates: candidatePoints(chosen, search),
  };
}

const LOAD_POINTS = 16;
/** Beyond its capacity a fleet breaks the SLO; a little of that is shown, so that the reader sees where. */
const SHOWN_BEYOND_CAPACITY = 1.25;

/** Latency of the chosen fleet at rates from little to above its capacity, where the engine is still stable. */
function loadCurve(
  { design, replicas, capacityRequestsPerSecond }: Option,
  context: PlanningContext,
): Series['load'] {
  const planned = context.requirements.workload.requestsPerSecond;
  const highest = Math.max(capacityRequestsPerSecond * replicas * SHOWN_BEYOND_CAPACITY, planned);
  const rates = Array.from({ length: LOAD_POINTS }, (_, i) => ((i + 1) / LOAD_POINTS) * highest);
  return [...rates, planned]
    .sort((a, b) => a - b)
    .map((rate) => ({ rate, p: design.curve.at(rate / replicas / design.ranks) }))
    .filter(({ p }) => p.mean.stable)
    .map(({ rate, p }) => ({
      requestsPerSecond: significant(rate),
      ttftP95Seconds: figure(intervalAround(p.ttftP95Seconds, 'ttft', design.footing)),
      tpotP95Seconds: figure(intervalAround(p.tpotP95Seconds, 'tpot', design.footing)),
    }));
}

const SHOWN_TIMES_THE_LOAD = 3;
const MOST_STEPS = 24;

/** The bill at peaks up to three times the planned one: a point wherever another machine is needed. */
function costSteps(chosen: Option, context: PlanningContext): Series['cost'] {
  const planned = context.requirements.workload.requestsPerSecond;
  const highest = planned * SHOWN_TIMES_THE_LOAD;
  const at = (rate: number): Option => resized(chosen, rate, context);
  const point = (rate: number): Series['cost'][number] => {
    const { instances, cost } = at(rate);
    return { requestsPerSecond: significant(rate), instances, usdPerMonth: cost.usdPerMonth };
  };
  const most = at(highest).instances;
  const fewest = at(highest / 1e6).instances;
  const every = Math.ceil((most - fewest + 1) / MOST_STEPS);
  const points = [point(highest / 1e6), point(planned)];
  for (let instances = fewest; instances < most; instances += every) {
    points.push(point(lastRateOf(instances, highest, chosen, context)));
  }
  return [...points, point(highest)].sort((a, b) => a.requestsPerSecond - b.requestsPerSecond);
}

/** Candidates dearer than so many times the choice are not shown. */
const SHOWN_TIMES_THE_COST = 3;
const MOST_CANDIDATES = 60;

/** Every candidate that serves the load near the chosen cost: one point per machine, market, checkpoint and layout. */
function candidatePoints(chosen: Option, search: Search): CandidatePoint[] {
  const { context } = search;
  // Cheapest first. Once there are enough, only what costs no more than the last of them is looked for.
  const options = [chosen];
  let limitUsd = chosen.cost.usdPerMonth * SHOWN_TIMES_THE_COST;
  for (const prospect of cheapestFirst(search, () => limitUsd)) {
    const option = search.size(prospect, { limitUsd });
    if (option === null || isSame(option, chosen)) continue;
    options.push(option);
    options.sort(byCost);
    limitUsd = Math.min(limitUsd, options[MOST_CANDIDATES - 1]?.cost.usdPerMonth ?? limitUsd);
  }
  const frontier = new Set(paretoFrontier(options, context));
  return options
    .slice(0, MOST_CANDIDATES)
    .map((option) => candidatePoint(option, frontier.has(option), context));
}

function candidatePoint(option: Option, onFrontier: boolean, context: PlanningContext): CandidatePoint {
  const { candidate, design, instances, cost } = option;
  const { ttftP95Seconds, tpotP95Seconds } = atPeak(option, context);
  const extras = design.extras.length > 0 ? ` with ${design.extras.join(' and ')}` : '';
  return {
    instanceType: candidate.offer.type.name,
    gpu: candidate.gpu.id,
    checkpoint: candidate.checkpoint.key,
    region: candidate.offer.offering.region,
    market: candidate.offer.market,
    instances,
    engine: `${layoutText(candidate.layout)}${extras}`,
    usdPerMonth: cost.usdPerMonth,
    ttftP95Seconds: significant(ttftP95Seconds),
    tpotP95Seconds: significant(tpotP95Seconds),
    onFrontier,
  };
}

const isSame = (a: Option, b: Option): boolean =>
  a.candidate === b.candidate && a.design === b.design && a.instances === b.instances;
