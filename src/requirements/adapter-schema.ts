import * as z from 'zod';

/** Adapters: all are named in the machines' user data, which holds about as many. Rank: vLLM's largest. */
export const LIMITS = { adapters: 64, rank: 512 } as const;

/** A LoRA adapter: a fine-tune of the model, served beside it under a name of its own. */
export const adapterSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits, dots, hyphens and underscores')
    .describe('what callers ask for as model'),
  repository: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}\/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/,
      'a Hugging Face repository such as acme/support-lora',
    )
    .describe('Hugging Face repository of the adapter, in PEFT format'),
  revision: z
    .string()
    .regex(/^[0-9a-f]{40}$/, 'the 40 hex digits of a commit: a branch moves, and machines would differ')
    .describe('commit of it'),
  rank: z.number().int().min(1).max(LIMITS.rank).describe('r of its adapter_config.json'),
});
export type Adapter = z.infer<typeof adapterSchema>;

export const adaptersSchema = z.array(adapterSchema).min(1).max(LIMITS.adapters);
