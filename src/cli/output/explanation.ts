import * as z from 'zod';

/** What `explain` prints: reasons, a sentence each. */
export const explanationSchema = z.strictObject({
  /** The type asked about; null for the plan as a whole. */
  instanceType: z.string().nullable(),
  because: z.array(z.string()).min(1),
});
export type ExplanationOutput = z.infer<typeof explanationSchema>;
