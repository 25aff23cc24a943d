import * as z from 'zod';

/** What `init` and `synth` print: the files they wrote, paths as given. */
export const writtenSchema = z.strictObject({ written: z.array(z.string()).min(1) });
export type WrittenOutput = z.infer<typeof writtenSchema>;
