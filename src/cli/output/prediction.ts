import * as z from 'zod';
import { LIMITS } from '../../performance/prediction';
import { BASES, intervalSchema } from '../../plan/schema';

const nonNegative = z.number().min(0);

/** The calibration that figures rest on; null without `--calibration`. */
const calibrationNameSchema = z
  .strictObject({ file: z.string(), sha256: z.string(), measuredAt: z.string() })
  .nullable();

/** What `predict` prints: means of one replica under one load, with 80% intervals. */
export const predictionSchema = z.strictObject({
  stable: z.boolean(),
  /** Above 1 when requests come faster than they are served. */
  utilisation: nonNegative,
  limitedBy: z.enum(LIMITS),
  basis: z.enum(BASES),
  calibration: calibrationNameSchema,
  /** All null when the queue grows without bound. */
  ttftSeconds: z.union([
    intervalSchema,
    z.strictObject({ low: z.null(), expected: z.null(), high: z.null() }),
  ]),
  tpotSeconds: intervalSchema,
  outputTokensPerSecond: intervalSchema,
  requestsPerSecond: nonNegative,
  stepSeconds: nonNegative,
  prefillSeconds: nonNegative,
  decodeBatch: nonNegative,
  /** What a reader must know to use the figures. */
  notes: z.array(z.string()),
});
export type PredictionOutput = z.infer<typeof predictionSchema>;
