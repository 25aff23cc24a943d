import * as z from 'zod';
import { CHECKPOINT_KEYS } from '../models/checkpoints';
import { MARKETS } from '../requirements/input';
import { intervalSchema } from './interval';

const positive = z.number().positive();
const nonNegative = z.number().min(0);
const count = z.number().int().positive();

export const layoutSchema = z.strictObject({
  tensorParallel: count,
  pipelineParallel: count,
  dataParallel: count,
  expertParallel: z.boolean(),
});

/** What a request-level simulation of the planned peak found; seconds, 95th percentiles. */
export const simulatedSchema = z.strictObject({
  requests: count,
  seed: z.number().int(),
  /** Replicas simulated; a larger fleet is simulated by so many with their share of the load. */
  replicas: count,
  ttftP95Seconds: nonNegative,
  /** Null when every answer is one token. */
  tpotP95Seconds: nonNegative.nullable(),
  /** Share of the requests that meet both targets. */
  goodputShare: nonNegative,
  preemptions: z.number().int().min(0),
});

/** One way to serve the requirements: enough to compare it with another. */
export const optionSchema = z.strictObject({
  checkpoint: z.enum(CHECKPOINT_KEYS),
  region: z.string(),
  market: z.enum(MARKETS),
  instanceType: z.string(),
  gpu: z.string(),
  gpusPerInstance: count,
  layout: layoutSchema,
  replicasPerInstance: count,
  instances: count,
  ttftP95Seconds: intervalSchema,
  tpotP95Seconds: intervalSchema,
  usdPerMonth: positive,
  /** What goes beyond one plain tensor-parallel engine: `FP8 KV cache`, `MTP drafting`. */
  extras: z.array(z.string()).optional(),
  /** Planned rate over the capacity within the SLO. */
  utilisation: positive.optional(),
  simulated: simulatedSchema.optional(),
});
