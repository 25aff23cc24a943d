import type { HistoryHits } from '../performance/load';
import { PRESETS } from '../workload/presets';
import type { Workload } from '../workload/workload';

/** What conversations would find of themselves if all were served by one replica that forgets nothing. */
export interface History {
  /** Share of the prompts that have any: all but the first of each conversation. */
  readonly laterShare: number;
  /** Such a prompt finds this share of itself, less so many tokens. */
  readonly ofPrompt: number;
  readonly lessTokens: number;
  /** From one prompt of a conversation to the next. */
  readonly secondsBetween: number;
}

/**
 * Conversations that grow by as much with every turn, first turns as long as any other: with a share h of history in all
 * that is not shared, they have (1 + h) / (1 - h) turns, and each but the first has (1 + h) / 2 of it as history. The
 * last answer is part of the history but not found: vLLM keeps GDN states at the end of prompts only (0.33.0
 * v1/core/kv_cache_coordinator.py:65), and thinking is left out of the next prompt.
 * Null where nothing is said of history.
 */
export function historyOf(workload: Workload): History | null {
  const { historyShare = 0, sharedPrefixShare, secondsBetweenRequests } = workload;
  if (historyShare === 0 || sharedPrefixShare >= 1) return null;
  const ofOwn = Math.min(1, historyShare / (1 - sharedPrefixShare));
  return {
    laterShare: (2 * ofOwn) / (1 + ofOwn),
    ofPrompt: Math.min(1, (1 + sharedPrefixShare + historyShare) / 2),
    lessTokens: answerTokens(workload),
    secondsBetween: secondsBetweenRequests,
  };
}

/** Tokens of an answer that come back in the next prompt: without those of thinking, estimated as the preset has them. */
function answerTokens({ preset, thinking, outputTokens }: Workload): number {
  const { answerTokens, reasoningTokens } = PRESETS[preset];
  const share = thinking ? answerTokens.mean / (answerTokens.mean + reasoningTokens.mean) : 1;
  return share * outputTokens.mean;
}

/** A pool of blocks as those find it whose history may still be there. */
export interface KeptPool {
  /** Pools between which requests are divided: those of all replicas, one a data-parallel rank. */
  readonly pools: number;
  /** Average sequences that one holds. */
  readonly sequences: number;
  /** Of those, what runs now. */
  readonly running: number;
  /** Requests that come to it, per second. */
  readonly requestsPerSecond: number;
}

/**
 * What is found under least-outstanding routing, which sends a turn to any replica: one of them served the last one. It is
 * found there while fewer sequences came since than the pool holds besides those that run (evicted least recently used).
 * Times between turns are taken as exponential where more than the mean one is held, and as all alike where less is: the
 * less favourable each time.
 */
export function historyHits(history: History, pool: KeptPool): HistoryHits {
  const { laterShare, ofPrompt, lessTokens, secondsBetween } = history;
  const idle = Math.max(0, pool.sequences - pool.running);
  const comeBetween = pool.requestsPerSecond * secondsBetween;
  const kept = idle < comeBetween ? 0 : 1 - Math.exp(-idle / comeBetween);
  return { share: (laterShare * kept) / pool.pools, ofPrompt, lessTokens };
}
