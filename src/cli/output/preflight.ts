import * as z from 'zod';

const status = z.enum(['pass', 'warn', 'fail']);

/** What `preflight` prints: a finding a check. */
export const preflightSchema = z.strictObject({
  worst: status,
  findings: z.array(
    z.strictObject({
      check: z.string(),
      status,
      detail: z.string(),
      /** Null for a pass. */
      fix: z.string().nullable(),
    }),
  ),
});
export type PreflightOutput = z.infer<typeof preflightSchema>;
