import { splitProblem } from '../../vllm/validity';
import type { CandidateFilter } from './filter';

/** vLLM must accept the tensor-parallel split. */
export const split: CandidateFilter = {
  name: 'split',
  problem: ({ checkpoint, layout }, { model }) => splitProblem(model.architecture, checkpoint.key, layout),
};
