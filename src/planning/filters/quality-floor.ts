import { meetsQualityFloor } from '../../models/checkpoints';
import type { Pairing } from '../candidate';
import type { Filter } from './filter';

/** The checkpoint must be at least as precise as the user accepts, unless the user names it. */
export const qualityFloor: Filter<Pairing> = {
  name: 'quality-floor',
  problem: ({ checkpoint }, { requirements }) =>
    requirements.checkpoint !== 'auto' || meetsQualityFloor(checkpoint.key, requirements.qualityFloor)
      ? null
      : `${checkpoint.key} is below the quality floor ${requirements.qualityFloor}`,
};
