import { adaptersOf, roomOf } from '../requirements/adapters';
import type { PlanningContext } from './candidate';
import { canStream } from './engine-section';
import type { Option } from './fleet';
import { historyNotes } from './history-figures';
import { USUAL_UTILISATION } from './margin';

/** What the plan takes for granted about traffic; one sentence each. */
export function plannedNotes(option: Option, context: PlanningContext): string[] {
  const { candidate, design, hourlyInstances, utilisationTarget, coldStartSeconds } = option;
  const { requirements } = context;
  const { sharedPrefixShare, inputTokens } = requirements.workload;
  const cached = design.curve.load.cachedTokens ?? 0;
  const notes: [boolean, string][] = [
    [cached > 0, `prefix cache: ${cached} tokens of each prompt are shared by all and hit on every replica`],
    [
      sharedPrefixShare * inputTokens.mean >= 1 && cached === 0,
      `prefix cache: the ${Math.round(sharedPrefixShare * inputTokens.mean)} shared tokens of a prompt ${design.option.prefixCaching ? 'are less than one block and never hit' : 'are computed each time, because prefix caching is off'}`,
    ],
    ...historyNotes(option, context).map((note): [boolean, string] => [true, note]),
    [
      requirements.multimodal,
      'images are accepted and the memory for them is counted, but none is in the planned load: count their tokens in workload.inputTokens (about width x height / 1024 each); predict --images says what they cost in time',
    ],
    ...adapterNotes(requirements).map((note): [boolean, string] => [true, note]),
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

function adapterNotes(requirements: PlanningContext['requirements']): string[] {
  const room = roomOf(requirements);
  if (room === null) return [];
  const count = adaptersOf(requirements).length;
  const beyond =
    count > room.slots
      ? `; only ${room.slots} fit one batch (sizing.adaptersAtOnce), others wait for a place and are read from disk`
      : '';
  return [
    `${count} LoRA adapter${count === 1 ? '' : 's'} with room for rank ${room.maxRank} on every GPU: all requests are taken to use one, so speeds are estimated, and requests to the model itself are faster${beyond}`,
    'MTP drafting is off with adapters: drafts come from the model itself, and what adapters accept of them nobody has measured',
    ...(room.layers === 'projections'
      ? [
          'an adapter may change attention, GDN and MLP projections; a machine refuses one that changes experts or embeddings (sizing.adapterLayers: all makes room for them)',
        ]
      : []),
  ];
}

const growthText = ({ sizing }: PlanningContext['requirements']): string =>
  `${Math.round((sizing?.growthPerHour ?? 0) * 100)}%`;
