import * as z from 'zod';
import { predictionSchema } from './prediction';

const nonNegative = z.number().min(0);
const count = z.int().min(0);

const distribution = {
  mean: nonNegative,
  p50: nonNegative,
  p90: nonNegative,
  p95: nonNegative,
  p99: nonNegative,
  max: nonNegative,
};
const distributionSchema = z.strictObject(distribution);
/** With the 80% interval of the step model around the mean. */
const distributionWithInterval = z.strictObject({
  low: nonNegative,
  expected: nonNegative,
  high: nonNegative,
  ...distribution,
});

/**
 * What `simulate` prints: the fields of `predict` with percentiles over the replayed requests (of the output: over equal
 * spans of time), and what the engines did. What limits, and what a step and a prompt cost, are the closed form's.
 */
export const simulationSchema = predictionSchema.extend({
  requests: count,
  durationSeconds: nonNegative,
  /** Requests per second that came: what was asked for, or what the clients managed. */
  arrivalsPerSecond: nonNegative,
  saturationRequestsPerSecond: nonNegative,
  ttftSeconds: distributionWithInterval,
  /** Null when every output is one token. */
  tpotSeconds: distributionWithInterval.nullable(),
  itlSeconds: distributionSchema.nullable(),
  e2eSeconds: distributionSchema,
  queueSeconds: distributionSchema,
  outputTokensPerSecond: distributionWithInterval,
  goodput: z.strictObject({ requestsPerSecond: nonNegative, share: nonNegative.max(1) }).nullable(),
  busyShare: nonNegative,
  mixedShare: nonNegative,
  meanDecodeBatch: nonNegative,
  meanInSystem: nonNegative,
  meanWaiting: nonNegative,
  mostWaiting: count,
  preemptions: count,
  kvUseMean: nonNegative,
  kvUseMax: nonNegative,
  tokens: z.strictObject({ input: count, output: count, prefilled: count, cached: count, lost: count }),
  cutRequests: count,
  overTime: z.strictObject({
    spanSeconds: nonNegative,
    points: z.array(
      z.strictObject({
        fromSeconds: nonNegative,
        kvUse: nonNegative,
        running: nonNegative,
        waiting: nonNegative,
      }),
    ),
  }),
  replicas: z.array(
    z.strictObject({
      requests: count,
      outputTokensPerSecond: nonNegative,
      busyShare: nonNegative,
      meanDecodeBatch: nonNegative,
      preemptions: count,
      kvUseMean: nonNegative,
      kvUseMax: nonNegative,
    }),
  ),
});
export type SimulationOutput = z.infer<typeof simulationSchema>;
