import { QUALITY_FLOORS } from '../../models/checkpoints';
import { adapterSlots } from '../../requirements/adapters';
import { ADAPTER_LAYERS, type AdapterLayers } from '../../vllm/adapters';
import type { FieldGroup } from './field';
import { textOf } from './flag-fields';
import { words } from './spoken';

const FLOOR_TEXT = {
  bf16: 'BF16: as trained',
  fp8: 'FP8: hardly any loss (usual)',
  int4: '4 bit: some loss',
};
const LAYERS_TEXT: Readonly<Record<AdapterLayers, string>> = {
  projections: 'attention, GDN and MLP (usual)',
  all: 'experts and embeddings too: much more memory',
};

export const SERVED: FieldGroup = {
  title: 'What to serve',
  fields: [
    { kind: 'choice', name: 'model', label: 'Model', options: null },
    {
      kind: 'number',
      name: 'context',
      label: 'Longest request',
      unit: 'tokens',
      hint: 'Context: prompt plus answer of the longest request.',
      min: 4096,
      max: 1_010_000,
      scale: 'log',
      whole: true,
      spoken: words,
      understood: ({ contextTokens }) => contextTokens,
    },
  ],
  more: [
    {
      kind: 'choice',
      name: 'multimodal',
      label: 'Images in requests',
      hint: 'They need a part of the model (its vision tower) that text alone leaves out.',
      options: [
        { value: '', text: 'none: text only (usual)' },
        { value: 'on', text: 'accepted' },
      ],
    },
    textOf('adapter', 'LoRA adapters', { placeholder: 'none; NAME=REPOSITORY@COMMIT:RANK' }),
    {
      kind: 'number',
      name: 'adapters-at-once',
      label: 'Adapters that one batch may mix',
      unit: 'adapters',
      hint: 'Each takes memory on every GPU, whether it is in use or not.',
      min: 1,
      max: 16,
      scale: 'linear',
      whole: true,
      understood: (requirements) => adapterSlots(requirements) || null,
    },
    {
      kind: 'choice',
      name: 'adapter-layers',
      label: 'What adapters may change',
      options: ADAPTER_LAYERS.map((value) => ({
        value: value === 'projections' ? '' : value,
        text: LAYERS_TEXT[value],
      })),
    },
    {
      kind: 'choice',
      name: 'quality-floor',
      label: 'Lowest precision of the weights',
      options: [
        { value: '', text: FLOOR_TEXT.fp8 },
        ...QUALITY_FLOORS.filter((floor) => floor !== 'fp8').map((value) => ({
          value,
          text: FLOOR_TEXT[value],
        })),
      ],
    },
    {
      kind: 'choice',
      name: 'checkpoint',
      label: 'Checkpoint',
      hint: 'One published form of the weights, instead of the cheapest above the floor.',
      options: null,
    },
  ],
};
