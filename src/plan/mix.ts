import * as z from 'zod';
import { optionSchema } from './option';

const positive = z.number().positive();
const count = z.number().int().positive();

/** One fleet of a mix, planned and built as a service of its own. */
const mixFleetSchema = z.strictObject({
  /** Name of its plan and of what is deployed. */
  name: z.string(),
  /** Prompts that it takes: longer than `above`, and at most `upTo` tokens (null: no limit). */
  promptTokens: z.strictObject({ above: z.number().min(0), upTo: positive.nullable() }),
  /** Share of all requests at the peak. */
  requestShare: positive,
  requestsPerSecond: positive,
  contextTokens: count,
  hourlyInstances: z.array(z.number().int().min(0)).length(24).nullable(),
  option: optionSchema,
});

/** Several fleets that together cost less than one, each a plan of its own. */
export const mixSchema = z.strictObject({
  /** Of all fleets as they would be built, simulated. */
  usdPerMonth: positive,
  savesUsdPerMonth: z.number(),
  /** Share of the one fleet's cost. */
  savesShare: z.number(),
  /** True where it saves a tenth or more. */
  proposed: z.boolean(),
  /** Who sends which request where: not built, each fleet has a front door of its own. */
  routing: z.string(),
  fleets: z.array(mixFleetSchema).min(2),
});
