import { type Footing, pessimistic } from '../../performance/interval';
import { milliseconds } from '../../report/format';
import type { Filter } from './filter';

/** What requests waited for when the planned peak was simulated. */
export interface FeltAtLoad {
  readonly footing: Footing;
  readonly ttftP95Seconds: number;
  /** Null when every answer is one token. */
  readonly tpotP95Seconds: number | null;
}

/** The simulated percentiles at the planned peak must meet the SLO at the wanted confidence. */
export const sloAtLoad: Filter<FeltAtLoad> = {
  name: 'slo-at-load',
  problem: ({ footing, ttftP95Seconds, tpotP95Seconds }, { requirements: { slo, confidence } }) => {
    const late = (name: 'TTFT' | 'TPOT', seconds: number, wanted: number) => {
      const actual = pessimistic(seconds, name === 'TTFT' ? 'ttft' : 'tpot', footing, confidence);
      return actual <= wanted
        ? null
        : {
            reason: `simulated: ${name} p95 ${milliseconds(actual)}, wanted ${milliseconds(wanted)} (at ${Math.round(confidence * 100)}% confidence)`,
            distance: actual / wanted,
          };
    };
    return (
      late('TTFT', ttftP95Seconds, slo.ttftP95Seconds) ??
      late('TPOT', tpotP95Seconds ?? 0, slo.tpotP95Seconds)
    );
  },
};
