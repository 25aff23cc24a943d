import type { Shortfall } from '../performance/capacity';
import type { PlanningContext } from './candidate';
import type { Design } from './design';
import { layoutText } from './layouts';

/** A shortfall at idle as a reason a user can act on. */
export function atIdle(
  { checkpoint, layout, extras }: Design,
  problem: Shortfall,
  { requirements }: PlanningContext,
): { readonly reason: string; readonly distance: number } {
  const what = `${checkpoint.key} ${layoutText(layout)}${extras.length > 0 ? ` with ${extras.join(' and ')}` : ''}`;
  const confidence = `at ${Math.round(requirements.confidence * 100)}% confidence`;
  return {
    reason: `${what} even at idle: ${shortfallText(problem)} (${confidence})`,
    distance: problem.distance,
  };
}

function shortfallText({ limit, figureSeconds, targetSeconds }: Shortfall): string {
  if (figureSeconds === null || targetSeconds === null) return 'more sequences than fit at once';
  return `${limit} ${milliseconds(figureSeconds)}, wanted ${milliseconds(targetSeconds)}`;
}

export const milliseconds = (seconds: number): string =>
  seconds >= 1
    ? `${seconds.toFixed(2)} s`
    : `${seconds < 0.001 ? (seconds * 1000).toPrecision(2) : (seconds * 1000).toFixed(0)} ms`;
