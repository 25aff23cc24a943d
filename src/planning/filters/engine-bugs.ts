import { knownProblems } from '../../vllm/known-problems';
import type { CandidateFilter } from './filter';

/** Combinations that a known problem of the vLLM release rules out, unless a flag works around it. */
export const engineBugs: CandidateFilter = {
  name: 'engine-bugs',
  problem: ({ gpu, checkpoint, layout }, { model, release }) => {
    const blocking = knownProblems({
      release,
      model: model.name,
      checkpoint,
      layout,
      computeCapability: gpu.computeCapability,
      prefixCaching: release.hybridPrefixCachingDefault,
      mtpTokens: 0,
    }).find((problem) => problem.blocking);
    return blocking === undefined ? null : `${blocking.text} (${blocking.issues.join(', ')})`;
  },
};
