import * as z from 'zod';
import { FAMILY } from '../../src/models/architecture';
import { CHECKPOINT_KEYS } from '../../src/models/checkpoints';
import data from '../../src/models/data/models.json';
import { findCheckpoint, findModel, getModel, MODELS } from '../../src/models/registry';

const positive = z.number().int().positive();
const schema = z.strictObject({
  asOf: z.string().regex(/^\d{4}-\d\d-\d\d/),
  models: z.array(
    z.strictObject({
      name: z.string(),
      hfId: z.string(),
      architecture: z.strictObject({
        layers: positive,
        fullAttentionLayers: positive,
        linearAttentionLayers: positive,
        hiddenSize: positive,
        attentionHeads: positive,
        kvHeads: positive,
        linearKeyHeads: positive,
        linearValueHeads: positive,
        denseFfnSize: positive.nullable(),
        moe: z
          .strictObject({
            experts: positive,
            activeExperts: positive,
            expertSize: positive,
            sharedExpertSize: positive,
          })
          .nullable(),
        tiedEmbeddings: z.boolean(),
        vision: z.strictObject({ depth: positive, hiddenSize: positive }),
        params: z.strictObject({ text: positive, vision: positive, mtp: positive }),
      }),
      checkpoints: z.array(
        z.strictObject({
          key: z.enum(CHECKPOINT_KEYS),
          hfId: z.string(),
          official: z.boolean(),
          tensorBytes: positive.nullable(),
          loadedBytesPerGpu: z
            .strictObject({ tp: positive, bytes: positive, mtp: z.boolean().optional() })
            .optional(),
          evidence: z.enum(['verified', 'logged', 'computed', 'unknown']),
          source: z.string().min(1),
        }),
      ),
    }),
  ),
});

describe('model data', () => {
  it('has the shape that is assumed', () => {
    expect(() => schema.parse(data)).not.toThrow();
  });

  it.each(MODELS)(
    '$name: every fourth layer is full attention, and a feed-forward layer exists',
    ({ architecture: a, checkpoints }) => {
      expect(a.fullAttentionLayers * FAMILY.fullAttentionInterval).toBe(a.layers);
      expect(a.fullAttentionLayers + a.linearAttentionLayers).toBe(a.layers);
      expect((a.denseFfnSize === null) !== (a.moe === null)).toBe(true);
      expect(checkpoints[0]?.key).toBe('bf16');
    },
  );

  it('finds models by any spelling, and hosted names by their twin', () => {
    expect(findModel('qwen/qwen3.5-27b')).toMatchObject({ found: true, note: null });
    expect(findModel('Qwen3.5-Flash')).toMatchObject({ found: true, model: { name: 'Qwen3.5-35B-A3B' } });
    expect(findModel('Qwen3.5-28B')).toMatchObject({ found: false });
    expect(() => getModel('gpt')).toThrow(/not in the registry/);
    expect(findCheckpoint(getModel('Qwen3.5-9B'), 'fp8')).toBeUndefined();
  });
});
