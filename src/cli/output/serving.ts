import { z } from 'zod';

/** What `serve` prints once it serves. */
export const servingSchema = z.strictObject({ url: z.url() });
export type ServingOutput = z.infer<typeof servingSchema>;
