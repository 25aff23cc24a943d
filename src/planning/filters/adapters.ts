import { adaptersOf, layersOf } from '../../requirements/adapters';
import { adapterLayoutProblem } from '../../vllm/adapters';
import type { CandidateFilter } from './filter';

/** vLLM must be able to serve LoRA adapters, where there are any, in the layout. */
export const adapters: CandidateFilter = {
  name: 'adapters',
  problem: ({ layout }, { requirements }) =>
    adaptersOf(requirements).length === 0 ? null : adapterLayoutProblem(layout, layersOf(requirements)),
};
