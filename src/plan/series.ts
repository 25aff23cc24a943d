import * as z from 'zod';
import { CHECKPOINT_KEYS } from '../models/checkpoints';
import { MARKETS } from '../requirements/input';
import { intervalSchema } from './interval';

/** What charts show beside the plan's own figures; nothing is built from it. */
const positive = z.number().positive();
const count = z.number().int().positive();

/** Latency of the chosen fleet when requests come at another rate, machines unchanged. */
const loadPointSchema = z.strictObject({
  requestsPerSecond: positive,
  ttftP95Seconds: intervalSchema,
  tpotP95Seconds: intervalSchema,
});

/** Monthly bill of the chosen kind of machine when the peak is another, machines as many as it needs. */
const costPointSchema = z.strictObject({
  requestsPerSecond: positive,
  instances: count,
  usdPerMonth: positive,
});

/** One way to serve the requirements; expected figures at the planned peak. */
const candidateSchema = z.strictObject({
  instanceType: z.string(),
  gpu: z.string(),
  checkpoint: z.enum(CHECKPOINT_KEYS),
  region: z.string(),
  market: z.enum(MARKETS),
  instances: count,
  /** `TP 2 with MTP drafting`: layout and what goes beyond it. */
  engine: z.string(),
  usdPerMonth: positive,
  ttftP95Seconds: positive,
  tpotP95Seconds: positive,
  /** Nothing beats it in cost, latency and headroom at once. */
  onFrontier: z.boolean(),
});

export const seriesSchema = z.strictObject({
  /** From little load to just below saturation. */
  load: z.array(loadPointSchema).min(1),
  /** By rising peak; each point is the most that so many machines take. */
  cost: z.array(costPointSchema).min(1),
  /** The cheapest way per instance type and checkpoint, as far as it was sized; cheapest first. */
  candidates: z.array(candidateSchema),
});

export type Series = z.infer<typeof seriesSchema>;
export type CandidatePoint = z.infer<typeof candidateSchema>;
