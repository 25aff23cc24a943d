import * as z from 'zod';

const seconds = z.number().min(0);

/** What `bench --smoke` prints of an endpoint that answers. */
export const smokeSchema = z.strictObject({
  url: z.string(),
  model: z.string(),
  requests: z.int().positive(),
  ttftSeconds: z.strictObject({ p50: seconds, p95: seconds }),
  /** Null when every answer was one token. */
  tpotSeconds: z.strictObject({ p50: seconds, p95: seconds }).nullable(),
});
export type SmokeOutput = z.infer<typeof smokeSchema>;
