import * as z from 'zod';

const nonNegative = z.number().min(0);

/** A predicted figure: 80% of such predictions fall between low and high. */
export const intervalSchema = z.strictObject({ low: nonNegative, expected: nonNegative, high: nonNegative });
export type Interval = z.infer<typeof intervalSchema>;
