import { precisionSupport } from '../../hardware/precision';
import type { CandidateFilter } from './filter';

/** The GPU must be able to compute with the checkpoint's formats. */
export const precision: CandidateFilter = {
  name: 'precision',
  problem: ({ gpu, checkpoint }) => {
    const support = precisionSupport(gpu, checkpoint.key);
    return support.how === 'impossible' ? support.reason : null;
  },
};
