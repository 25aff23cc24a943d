import * as z from 'zod';

/** What `diff` prints; `before` and `after` are whatever the plans hold there, null where a plan has nothing. */
export const differencesSchema = z.strictObject({
  changes: z.array(
    z.strictObject({
      path: z.string(),
      before: z.unknown(),
      after: z.unknown(),
      /** `replaces` machines, `interrupts` engines, or only `informs`. */
      effect: z.enum(['replaces', 'interrupts', 'informs']),
      why: z.string(),
    }),
  ),
});
export type DifferencesOutput = z.infer<typeof differencesSchema>;
