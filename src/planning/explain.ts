import type { Rejection } from '../plan/schema';
import { dollars } from '../report/format';
import type { PlanningContext, Rejected } from './candidate';
import { utilisationOf } from './describe';
import { stage } from './filters/order';
import { atPeak, byCost, type Option } from './fleet';
import { layoutText } from './layouts';
import { nothingOffered, nothingSold } from './offered';
import { cheapestFirst, type Search } from './search';
import { unlikeness } from './unlisted';

/** The rejection that came closer: stopped by a later filter, or nearer to passing the same one. */
const closer = (a: Rejected, b: Rejected): number =>
  stage(b.filter) - stage(a.filter) || a.distance - b.distance;

/** Types whose fewest machines cost more than so many times the choice are not sized: nobody would look twice. */
const FAR_DEARER = 3;

/** The cheapest option of each instance type that is near enough in cost to be compared. */
export function bestByType(search: Search, chosen: Option): Option[] {
  const best = new Map<string, Option>();
  const limitUsd = chosen.cost.usdPerMonth * FAR_DEARER;
  for (const prospect of cheapestFirst(search, () => limitUsd)) {
    const type = prospect.candidate.offer.type.name;
    const known = best.get(type);
    if (known !== undefined && search.cheapestUsdPerMonth(prospect) > known.cost.usdPerMonth) continue;
    const option = search.size(prospect, known === undefined ? {} : { limitUsd: known.cost.usdPerMonth });
    if (option !== null && (known === undefined || byCost(option, known) < 0)) best.set(type, option);
  }
  return [...best.values()];
}

/** Options that no other beats in cost, TTFT, TPOT and headroom at once; cheapest first. */
export function paretoFrontier(options: readonly Option[], context: PlanningContext): Option[] {
  const figures = new Map(options.map((option) => [option, figuresOf(option, context)]));
  const beats = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((value, i) => value <= b[i]!) && a.some((value, i) => value < b[i]!);
  return options
    .filter((option) => !options.some((other) => beats(figures.get(other)!, figures.get(option)!)))
    .sort(byCost);
}

function figuresOf(option: Option, context: PlanningContext): readonly number[] {
  const { ttftP95Seconds, tpotP95Seconds } = atPeak(option, context);
  return [option.cost.usdPerMonth, ttftP95Seconds, tpotP95Seconds, utilisationOf(option, context)];
}

/** One line per instance type that was not chosen: how close it came, and what stopped it; the closest first. */
export function explainRejections(search: Search, chosen: Option, sized: readonly Option[]): Rejection[] {
  const best = new Map<string, Rejected>();
  const consider = (rejection: Rejected): void => {
    const known = best.get(rejection.instanceType);
    if (!known || closer(rejection, known) < 0) best.set(rejection.instanceType, rejection);
  };
  const known = new Set(sized.map(({ candidate }) => candidate.offer.type.name));
  for (const option of sized) consider(dearerThan(chosen, option));
  for (const [type, { usd, checkpoint }] of cheapestBounds(search, known)) {
    // Cheap enough to have been sized: what stopped it is in the search.
    if (usd <= chosen.cost.usdPerMonth) continue;
    const extra = dollars(Math.round(usd - chosen.cost.usdPerMonth));
    consider(
      costRejection(type, checkpoint, usd, chosen, `even at its fastest it costs ${extra} a month more`),
    );
  }
  for (const rejection of search.rejected)
    consider(
      isOwnChoice(rejection)
        ? { ...rejection, distance: unlikeness(rejection.instanceType, chosen, search.context) }
        : rejection,
    );
  best.delete(chosen.candidate.offer.type.name);
  return [...best.values()]
    .sort((a, b) => closer(a, b) || (a.instanceType < b.instanceType ? -1 : 1))
    .map(({ distance: _, ...rejection }) => rejection);
}

const isOwnChoice = ({ filter }: Rejected): boolean => filter === 'instance-types';

/** Of each type that serves but was not sized: less than its cheapest fleet costs. */
function cheapestBounds(
  search: Search,
  sized: ReadonlySet<string>,
): Map<string, { readonly usd: number; readonly checkpoint: Rejected['checkpoint'] }> {
  const bounds = new Map<string, { usd: number; checkpoint: Rejected['checkpoint'] }>();
  for (const prospect of [...search.prospects].sort((a, b) => a.fewestUsdPerMonth - b.fewestUsdPerMonth)) {
    const { offer, checkpoint } = prospect.candidate;
    const best = bounds.get(offer.type.name)?.usd ?? Number.POSITIVE_INFINITY;
    // What does not serve leaves its reason in the search; what cannot be cheaper than its type's best needs none.
    if (sized.has(offer.type.name) || prospect.fewestUsdPerMonth >= best || !search.serves(prospect))
      continue;
    const usd = search.cheapestUsdPerMonth(prospect);
    if (usd < best) bounds.set(offer.type.name, { usd, checkpoint: checkpoint.key });
  }
  return bounds;
}

const costRejection = (
  instanceType: string,
  checkpoint: Rejected['checkpoint'],
  usd: number,
  chosen: Option,
  reason: string,
): Rejected => ({
  instanceType,
  checkpoint,
  filter: 'cost',
  reason,
  distance: usd / chosen.cost.usdPerMonth,
});

function dearerThan(chosen: Option, option: Option): Rejected {
  const { offer, checkpoint, layout } = option.candidate;
  const beyond = option.design.extras.length > 0 ? ` with ${option.design.extras.join(' and ')}` : '';
  const machines = `${option.instances} x ${checkpoint.key} ${layoutText(layout)}${beyond}`;
  const extra = Math.round(option.cost.usdPerMonth - chosen.cost.usdPerMonth);
  const elsewhere =
    offer.offering.region === chosen.candidate.offer.offering.region ? '' : ` in ${offer.offering.region}`;
  const reason =
    extra > 0
      ? `would do${elsewhere}: ${machines}, ${dollars(extra)} a month more`
      : extra === 0
        ? `would do as well${elsewhere}: ${machines} at the same cost`
        : `would do${elsewhere}: ${machines}, ${dollars(-extra)} a month less, but not as simple`;
  return costRejection(offer.type.name, checkpoint.key, option.cost.usdPerMonth, chosen, reason);
}

/** Of all rejections, the one that came closest; none where nothing was offered. */
export const nearestMiss = ({ rejected }: Search): Rejected | undefined => [...rejected].sort(closer)[0];

/** One line for a requirement nothing meets: the nearest miss, and what would help. */
export function explainNothing(search: Search): string {
  const { requirements, model, catalogue } = search.context;
  const regions = requirements.regions.join(', ');
  const nearest = nearestMiss(search);
  const { allow } = requirements.instanceTypes;
  if (!nearest || (nearest.filter === 'instance-types' && allow.length > 0))
    return nothingOffered(requirements, catalogue);
  const unsold = nearest.filter === 'market' ? nothingSold(requirements, catalogue) : null;
  if (unsold !== null) return `no plan for ${model.name}: ${unsold}; ${remedy(nearest, search.context)}`;
  const { instanceType, checkpoint, reason } = nearest;
  const miss = `nearest is ${instanceType}${checkpoint ? ` with ${checkpoint}` : ''}: ${reason}`;
  return `no plan for ${model.name} in ${regions}: ${miss}; ${remedy(nearest, search.context)}`;
}

function remedy({ filter }: Rejected, { requirements }: PlanningContext): string {
  switch (filter) {
    case 'context':
      return 'a smaller --context, a lower --quality-floor, or more regions (--region) with larger GPUs would help';
    case 'memory':
      return 'a lower --quality-floor, a smaller --context, or more regions (--region) with larger GPUs would help';
    case 'latency-floor':
      return 'that is the best achievable here: relax the SLO (--ttft-p95, --tpot-p95), shorten the prompts, lower --confidence, or add regions with faster GPUs';
    case 'slo-at-load':
      return 'relax the SLO (--ttft-p95, --tpot-p95), lower --confidence, or add regions with faster GPUs';
    case 'budget':
      return 'that is the cheapest that meets the targets: raise --budget, relax the SLO (--ttft-p95, --tpot-p95), lower --confidence or, where that is several machines, lower the load';
    case 'quota':
      return 'ask AWS for more (sizing.quotaVcpus says what you have), add regions, or lower the load';
    case 'instances':
      return 'split the load over several plans, or give a smaller --rate';
    case 'market':
      return `try ${requirements.markets.includes('on-demand') ? '--market spot' : '--market on-demand'}, or more regions (--region)`;
    case 'zones':
      return 'lower --min-zones or add regions (--region)';
    case 'quality-floor':
      return 'lower --quality-floor, or name the --checkpoint';
    case 'load-balancer-zones':
      return 'add regions with two zones (--region)';
    case 'network':
      return 'keep the weights in S3 (deployment.weights: s3), or add regions (--region)';
    case 'instance-types':
      return 'widen --allow-type or narrow --deny-type';
    default:
      return 'other regions (--region) or another checkpoint may do';
  }
}
