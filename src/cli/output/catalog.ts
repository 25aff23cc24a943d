import * as z from 'zod';

/** What `catalog refresh` prints. */
export const refreshSchema = z.strictObject({
  /** The file; null when nothing could be read, and it stays as it was. */
  written: z.string().nullable(),
  refreshed: z.array(z.string()),
  missing: z.array(z.strictObject({ region: z.string(), part: z.string(), reason: z.string() })),
  unknownTypes: z.array(z.string()),
  /** Requests sent to AWS. */
  calls: z.int().min(0),
});
export type RefreshOutput = z.infer<typeof refreshSchema>;

/** What `catalog show` prints: figures with source and age. */
export const figuresSchema = z.array(
  z.strictObject({
    region: z.string(),
    instanceType: z.string(),
    figure: z.string(),
    value: z.string(),
    source: z.string(),
    day: z.string(),
    ageDays: z.int(),
  }),
);
export type FiguresOutput = z.infer<typeof figuresSchema>;
