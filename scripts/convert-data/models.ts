import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, read, write } from './files';

/** What is known of each checkpoint's size beyond the shared model file, from qwen35.md section 3. */
const extraCheckpoints: Record<string, Json[]> = JSON.parse(
  readFileSync(join(__dirname, 'extra-checkpoints.json'), 'utf8'),
);

/** Architectures and checkpoints. */
export function convertModels(): void {
  const source = JSON.parse(read('qwen35-models.json')) as {
    generated: string;
    models: Record<string, Json>;
  };
  const models = Object.entries(source.models).map(([name, m]) => {
    const params = m.params as Record<string, number>;
    const vision = m.vision as Record<string, number>;
    const official = Object.entries(m.checkpoints as Record<string, Json | Json[]>)
      .filter((entry): entry is [string, Json] => !Array.isArray(entry[1]))
      .map(([key, c]) => ({
        key: key.replace('_', '-'),
        hfId: c.hf_id,
        official: true,
        tensorBytes: c.tensor_bytes ?? null,
        evidence: evidenceOf(String(c.status)),
        source: [c.status, c.evidence].filter(Boolean).join(': '),
      }));
    return {
      name,
      hfId: m.hf_id,
      architecture: {
        layers: m.layers,
        fullAttentionLayers: m.full_attention_layers,
        linearAttentionLayers: m.linear_attention_layers,
        hiddenSize: m.hidden_size,
        attentionHeads: m.num_attention_heads,
        kvHeads: m.num_key_value_heads,
        linearKeyHeads: m.linear_num_key_heads,
        linearValueHeads: m.linear_num_value_heads,
        denseFfnSize: m.intermediate_size ?? null,
        moe:
          m.num_experts === undefined
            ? null
            : {
                experts: m.num_experts,
                activeExperts: m.num_experts_per_tok,
                expertSize: m.moe_intermediate_size,
                sharedExpertSize: m.shared_expert_intermediate_size,
              },
        tiedEmbeddings: m.tie_word_embeddings,
        vision: { depth: vision.depth, hiddenSize: vision.hidden_size },
        params: { text: params.text, vision: params.vision, mtp: params.mtp },
      },
      checkpoints: [...official, ...(extraCheckpoints[name] ?? [])],
    };
  });
  const siblings = Object.entries(extraCheckpoints)
    .filter(([name]) => source.models[name] === undefined)
    .map(([name, checkpoints]) => {
      const base = name.includes('27B') ? 'Qwen3.5-27B' : 'Qwen3.5-35B-A3B';
      return {
        name,
        hfId: `Qwen/${name}`,
        architecture: models.find((m) => m.name === base)!.architecture,
        checkpoints,
      };
    });
  write('src/models/data/models.json', { asOf: source.generated, models: [...models, ...siblings] });
}

function evidenceOf(status: string): 'verified' | 'computed' | 'unknown' {
  if (status.startsWith('verified') || status === 'consistent' || status.includes('load size verified'))
    return 'verified';
  return status.startsWith('computed') ? 'computed' : 'unknown';
}
