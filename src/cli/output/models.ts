import * as z from 'zod';
import { CHECKPOINT_KEYS } from '../../models/checkpoints';

const count = z.int().min(0);

const architectureSchema = z.strictObject({
  layers: count,
  fullAttentionLayers: count,
  linearAttentionLayers: count,
  hiddenSize: count,
  attentionHeads: count,
  kvHeads: count,
  linearKeyHeads: count,
  linearValueHeads: count,
  /** Null for mixture-of-experts models. */
  denseFfnSize: count.nullable(),
  moe: z
    .strictObject({ experts: count, activeExperts: count, expertSize: count, sharedExpertSize: count })
    .nullable(),
  tiedEmbeddings: z.boolean(),
  vision: z.strictObject({ depth: count, hiddenSize: count }),
  params: z.strictObject({ text: count, vision: count, mtp: count }),
});

const checkpointSchema = z.strictObject({
  key: z.enum(CHECKPOINT_KEYS),
  hfId: z.string(),
  official: z.boolean(),
  /** Null when unknown. */
  tensorBytes: count.nullable(),
  loadedBytesPerGpu: z.strictObject({ tp: count, bytes: count, mtp: z.boolean().optional() }).optional(),
  evidence: z.enum(['verified', 'logged', 'computed', 'unknown']),
  source: z.string(),
});

/** What `models` prints: what can be served, and hosted names with their open twins. */
export const modelsSchema = z.strictObject({
  models: z.array(
    z.strictObject({
      name: z.string(),
      hfId: z.string(),
      architecture: architectureSchema,
      checkpoints: z.array(checkpointSchema),
    }),
  ),
  hosted: z.record(z.string(), z.strictObject({ model: z.string(), note: z.string() })),
});
