import * as z from 'zod';

/** What `serve` prints once the planner page is up. */
export const addressSchema = z.strictObject({ url: z.string() });
export type AddressOutput = z.infer<typeof addressSchema>;
