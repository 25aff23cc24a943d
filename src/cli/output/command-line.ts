import * as z from 'zod';

/** What `vllm-args` prints: words after `vllm serve`, unquoted. */
export const commandLineSchema = z.strictObject({
  image: z.string(),
  arguments: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
});
