import * as z from 'zod';
import { PRESET_NAMES } from './presets';

/** Largest values a field accepts: generous, but a typo of six zeros is caught. */
export const LIMITS = {
  requestsPerSecond: 100_000,
  concurrentUsers: 100_000_000,
  tokens: 1_010_000,
  seconds: 86_400,
} as const;

const lengthStats = z.strictObject({
  mean: z.number().min(1).max(LIMITS.tokens),
  p95: z.number().min(1).max(LIMITS.tokens),
});

/** What is asked of the service, every default filled in. Lengths in tokens, per request. */
export const workloadSchema = z.strictObject({
  preset: z.enum(PRESET_NAMES),
  requestsPerSecond: z.number().positive().max(LIMITS.requestsPerSecond),
  /** Set when the load was given as users; one request per user every `secondsBetweenRequests`. */
  concurrentUsers: z.number().positive().max(LIMITS.concurrentUsers).nullable(),
  secondsBetweenRequests: z.number().positive().max(LIMITS.seconds),
  inputTokens: lengthStats,
  /** Reasoning tokens included while thinking is on. */
  outputTokens: lengthStats,
  sharedPrefixShare: z.number().min(0).max(1),
  /** Share of the prompt that is the conversation so far; absent for none. */
  historyShare: z.number().min(0).max(1).optional(),
  thinking: z.boolean(),
  streaming: z.boolean(),
});
export type Workload = z.infer<typeof workloadSchema>;

/** Latency targets at the 95th percentile. TPOT is (E2E - TTFT) / (output tokens - 1), as vLLM's benchmark has it. */
export const sloSchema = z.strictObject({
  ttftP95Seconds: z.number().positive().max(LIMITS.seconds),
  tpotP95Seconds: z.number().positive().max(LIMITS.seconds),
});
export type Slo = z.infer<typeof sloSchema>;
