import { didYouMean, quote } from '../errors';
import { INSTANCE_TYPES, matchesTypePattern } from '../hardware/instance-types';
import { type Catalogue, regionsOf } from '../hardware/offerings';
import { meetsQualityFloor, type QualityFloor } from '../models/checkpoints';
import { findCheckpoint, type Model } from '../models/registry';
import { STREAMING_LOADER } from '../vllm/arguments';
import { findRelease, RELEASES, type Release } from '../vllm/releases';
import { adapterProblems } from './adapters';
import { deploymentProblems, networkProblems } from './deployment';
import { regionalProblems } from './regional';
import type { Requirements } from './requirements';

const streams = ({ flagChoices }: Release): boolean =>
  flagChoices['--load-format']?.includes(STREAMING_LOADER) ?? false;

/** Everything of requirements that cannot be true at once, each with its fix. */
export function contradictions(
  r: Requirements,
  model: Model,
  catalogue: Catalogue,
  statedFloor: QualityFloor | undefined,
): string[] {
  const problems: string[] = [];
  const known = regionsOf(catalogue);
  for (const region of r.regions) {
    if (!known.includes(region)) {
      problems.push(
        `unknown region ${quote(region)}${didYouMean(region, known) || '.'} Regions with GPU machines: ${known.join(', ')}`,
      );
    }
  }
  for (const pattern of [...r.instanceTypes.allow, ...r.instanceTypes.deny]) {
    if (!INSTANCE_TYPES.some((type) => matchesTypePattern(type.name, pattern))) {
      problems.push(
        `no GPU instance type matches ${quote(pattern)}; give a name such as g6e.12xlarge, a family such as p5, or a pattern such as g*`,
      );
    }
  }
  if (r.checkpoint !== 'auto') {
    if (!findCheckpoint(model, r.checkpoint)) {
      problems.push(
        `${model.name} has no ${r.checkpoint} checkpoint; it has ${model.checkpoints.map((c) => c.key).join(', ')}`,
      );
    }
    if (statedFloor && !meetsQualityFloor(r.checkpoint, statedFloor)) {
      problems.push(
        `checkpoint ${r.checkpoint} is below the quality floor ${statedFloor}; lower the floor or choose another checkpoint`,
      );
    }
  }
  const longest = r.workload.inputTokens.p95 + r.workload.outputTokens.p95;
  if (longest > r.contextTokens) {
    problems.push(
      `context ${r.contextTokens} is shorter than a p95 request (${Math.ceil(r.workload.inputTokens.p95)} in + ${Math.ceil(r.workload.outputTokens.p95)} out); raise --context or lower the lengths`,
    );
  }
  const release = findRelease(r.vllmVersion);
  if (release && r.deployment.loader === 'streamer' && !streams(release)) {
    problems.push(
      `deployment.loader streamer: vLLM ${r.vllmVersion} has no ${STREAMING_LOADER}; leave it out or choose another vllmVersion`,
    );
  }
  if (!release) {
    problems.push(
      `unknown vLLM version ${quote(r.vllmVersion)}; known: ${RELEASES.map((release) => release.version).join(', ')}`,
    );
  }
  return [
    ...problems,
    ...adapterProblems(r, model.name),
    ...networkProblems(r),
    ...deploymentProblems(r),
    ...regionalProblems(r),
  ];
}
