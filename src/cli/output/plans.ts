import * as z from 'zod';
import { planSchema } from '../../plan/schema';

/** What `plan` and `start` print for several services; for one it is the plan document itself. */
export const plansSchema = z.strictObject({
  totalUsdPerMonth: z.number().min(0),
  plans: z.array(planSchema).min(2),
});
export type PlansOutput = z.infer<typeof plansSchema>;
