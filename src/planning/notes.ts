import type { PlanningContext } from './candidate';
import { canStream } from './engine-section';
import type { Option } from './fleet';

/** What the plan takes for granted about traffic; one sentence each. */
export function plannedNotes(
  { candidate, design, replicas, hourlyInstances }: Option,
  { requirements }: PlanningContext,
): string[] {
  const { sharedPrefixShare, inputTokens } = requirements.workload;
  const cached = design.curve.load.cachedTokens ?? 0;
  const notes: [boolean, string][] = [
    [cached > 0, `prefix cache: ${cached} tokens of each prompt are shared by all and hit on every replica`],
    [
      sharedPrefixShare * inputTokens.mean >= 1 && cached === 0,
      `prefix cache: the ${Math.round(sharedPrefixShare * inputTokens.mean)} shared tokens of a prompt ${design.option.prefixCaching ? 'are less than one block and never hit' : 'are computed each time, because prefix caching is off'}`,
    ],
    [
      replicas > 1 && design.option.prefixCaching,
      `a conversation's own history is not counted as cached: under least-outstanding routing it is found on one of ${replicas} replicas only`,
    ],
    [
      requirements.deployment.loader === 'streamer' && !canStream(candidate.layout),
      'deployment.loader streamer is not used: with more than one GPU a replica each of them would read all weights',
    ],
    [
      requirements.deployment.weights === 'huggingface' && requirements.deployment.revision === null,
      'the weights are the newest of their repository at each first boot of a machine; deployment.revision pins them',
    ],
    [
      hourlyInstances !== null,
      'the daily pattern is in UTC; each hour starts its machines in the hour before',
    ],
  ];
  return notes.filter(([applies]) => applies).map(([, text]) => text);
}
