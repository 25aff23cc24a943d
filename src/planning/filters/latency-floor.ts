import { IDLE_REQUESTS_PER_SECOND } from '../../performance/highest-rate';
import type { Shortfall } from '../../performance/slo';
import { milliseconds } from '../../report/format';
import { type Design, problemOf } from '../design';
import { layoutText } from '../layouts';
import type { Filter } from './filter';

/** An engine without other requests must meet the SLO at the wanted confidence: no number of machines helps otherwise. */
export const latencyFloor: Filter<Design> = {
  name: 'latency-floor',
  problem: (design, { requirements }) => {
    const shortfall = problemOf(design, requirements, IDLE_REQUESTS_PER_SECOND);
    if (shortfall === null) return null;
    const { checkpoint, layout, extras } = design;
    const beyond = extras.length > 0 ? ` with ${extras.join(' and ')}` : '';
    const confidence = `at ${Math.round(requirements.confidence * 100)}% confidence`;
    return {
      reason: `${checkpoint.key} ${layoutText(layout)}${beyond} even at idle: ${textOf(shortfall)} (${confidence})`,
      distance: shortfall.distance,
    };
  },
};

function textOf({ limit, figureSeconds, targetSeconds }: Shortfall): string {
  if (figureSeconds === null || targetSeconds === null) return 'more sequences than fit at once';
  return `${limit} ${milliseconds(figureSeconds)}, wanted ${milliseconds(targetSeconds)}`;
}
