import type { PlanningContext } from './candidate';
import { canStream } from './engine-section';
import type { Option } from './fleet';
import { USUAL_UTILISATION } from './margin';

/** What the plan takes for granted about traffic; one sentence each. */
export function plannedNotes(
  { candidate, design, replicas, hourlyInstances, utilisationTarget, coldStartSeconds }: Option,
  { requirements }: PlanningContext,
): string[] {
  const { sharedPrefixShare, inputTokens } = requirements.workload;
  const cached = design.curve.load.cachedTokens ?? 0;
  const history = Math.round((requirements.workload.historyShare ?? 0) * inputTokens.mean);
  const notes: [boolean, string][] = [
    [cached > 0, `prefix cache: ${cached} tokens of each prompt are shared by all and hit on every replica`],
    [
      sharedPrefixShare * inputTokens.mean >= 1 && cached === 0,
      `prefix cache: the ${Math.round(sharedPrefixShare * inputTokens.mean)} shared tokens of a prompt ${design.option.prefixCaching ? 'are less than one block and never hit' : 'are computed each time, because prefix caching is off'}`,
    ],
    [design.option.prefixCaching && (replicas > 1 || history > 0), historyNote(history, replicas)],
    [
      requirements.deployment.loader === 'streamer' && !canStream(candidate.layout),
      'deployment.loader streamer is not used: with more than one GPU a replica each of them would read all weights',
    ],
    [
      requirements.deployment.revision === null,
      `the weights are the newest of their repository when ${requirements.deployment.weights === 's3' ? 'they are staged' : 'the first machine boots'}, and every machine then serves that commit; deployment.revision pins another`,
    ],
    [
      requirements.network.vpcId !== null && requirements.network.routeTableIds.length === 0,
      `${requirements.network.vpcId} has an S3 gateway endpoint on the route tables of the machine subnets (preflight checks it); network.routeTableIds has one made`,
    ],
    [
      requirements.network.vpcId !== null && requirements.network.natGateways === 'none',
      `${requirements.network.vpcId} has the interface endpoints that machines without internet need (preflight names those that it lacks)${requirements.network.interfaceEndpoints.length === 0 ? '; network.interfaceEndpoints has them made' : `; made are ${requirements.network.interfaceEndpoints.join(', ')}`}`,
    ],
    [
      utilisationTarget < USUAL_UTILISATION,
      `replicas are planned at ${Math.round(utilisationTarget * 100)}% of their capacity instead of ${USUAL_UTILISATION * 100}%: a machine takes ${Math.ceil(coldStartSeconds / 60)} minutes to start, and the load may grow by ${growthText(requirements)} of itself in an hour`,
    ],
    [
      hourlyInstances !== null,
      'the daily pattern is in UTC; each hour starts its machines in the hour before',
    ],
  ];
  return notes.filter(([applies]) => applies).map(([, text]) => text);
}

/**
 * Least-outstanding routing sends a conversation's next turn to any replica, and one of them has its history. What is
 * found there is a gift, not counted in the sizing: it is the less the more replicas run, and evicted under load.
 */
function historyNote(history: number, replicas: number): string {
  if (history === 0)
    return `a conversation's own history is not counted as cached: under least-outstanding routing it is found on one of ${replicas} replicas only`;
  const found =
    replicas === 1 ? 'all' : `one in ${replicas}, ${Math.round(history / replicas)} a prompt on average,`;
  return `of the ${history} tokens of conversation history in a prompt ${found} ${replicas === 1 ? 'are' : 'is'} found in the cache of the replica it reaches (least-outstanding routing, ${replicas === 1 ? 'one replica' : `${replicas} replicas`}); the sizing counts on none of it`;
}

const growthText = ({ sizing }: PlanningContext['requirements']): string =>
  `${Math.round((sizing?.growthPerHour ?? 0) * 100)}%`;
