import * as z from 'zod';

/** What stdout holds when a command with `--json` fails before it has printed its document. */
export const errorSchema = z.strictObject({
  error: z.strictObject({
    /** One line, the one that stderr shows after `error: `. */
    message: z.string(),
    /** The program's exit code: 1 nothing feasible, 2 bad input, 3 environment, 70 a defect. */
    exitCode: z.int().min(1).max(255),
  }),
});
export type ErrorOutput = z.infer<typeof errorSchema>;
