import { cachedNodes } from '../performance/history';
import { squaredVariation } from '../performance/queueing';
import type { Plan } from '../plan/schema';
import type { PlanningContext } from './candidate';
import type { Option } from './fleet';
import { historyOf } from './history';
import { withoutHistory } from './resized';
import { significant } from './rounding';

export type HistoryFigures = NonNullable<Plan['predicted']['history']>;

/** What conversations find at the planned peak; null where nothing is said of history. */
export function historyFigures(option: Option, context: PlanningContext): HistoryFigures | null {
  const { workload } = context.requirements;
  if (historyOf(workload) === null) return null;
  const { design, replicas } = option;
  const history = design.curve.historyAt(workload.requestsPerSecond / replicas / design.ranks);
  const { mean, p95 } = workload.inputTokens;
  const { cachedTokens: shared = 0 } = design.curve.load;
  const nodes = cachedNodes({
    ...design.curve.load,
    inputVariation: squaredVariation(mean, p95),
    ...(history === null ? {} : { history }),
  });
  const over = (of: (node: (typeof nodes)[number]) => number): number =>
    nodes.reduce((sum, node) => sum + node.weight * of(node), 0);
  return {
    findingShare: significant(over(({ cachedTokens }) => (cachedTokens > shared ? 1 : 0))),
    // A prompt shorter than what all others share is found but for its last token, one of a token not at all.
    cachedShare: significant(
      over(({ tokens, cachedTokens }) => Math.max(0, Math.min(cachedTokens, tokens - 1))) / mean,
    ),
    replicasWithout: withoutHistory(option, context).replicas,
  };
}

const percent = (share: number): string => `${Math.round(share * 100)}%`;

/**
 * What conversations find of themselves, in words. Least-outstanding routing sends a turn to any replica, and one of them
 * served the last one.
 */
export function historyNotes(option: Option, context: PlanningContext): string[] {
  const { historyShare = 0 } = context.requirements.workload;
  const { replicas, design } = option;
  const pools = replicas * design.layout.dataParallel;
  const figures = historyFigures(option, context);
  if (figures === null)
    return design.option.prefixCaching && replicas > 1
      ? [
          `a conversation's own history is not counted as cached: under least-outstanding routing it is found on one of ${replicas} replicas only`,
        ]
      : [];
  const begins = `history: ${percent(historyShare)} of prompt tokens are conversation so far`;
  if (!design.option.prefixCaching) return [`${begins}, computed each time, because prefix caching is off`];
  const { findingShare, cachedShare, replicasWithout } = figures;
  if (findingShare === 0)
    return [`${begins}, of which less than one block comes before the last answer: it never hits`];
  const reached =
    pools === 1
      ? 'the only replica has it'
      : `of ${pools} ${pools > replicas ? 'data-parallel ranks' : 'replicas'} one has it, which a turn reaches one time in ${pools} (least-outstanding routing)`;
  return [
    `${begins}; ${reached}. ${percent(findingShare)} of prompts find theirs; the others are first turns, short,${pools > 1 ? ' at another replica,' : ''} or evicted. With what all share, ${percent(cachedShare)} of prompt tokens are hits on average. The sizing counts on it; without, the same engine would need ${replicasWithout === replicas ? 'as many' : replicasWithout} replicas`,
    ...(pools > 1
      ? ['history: far more than 5 of 100 prompts find none, so the TTFT p95 is that of such a prompt']
      : []),
  ];
}
