import type { Architecture } from '../../src/models/architecture';
import { bytesPerParam, type CheckpointKey } from '../../src/models/checkpoints';
import { tensorInventory } from '../../src/models/inventory';
import { MODELS } from '../../src/models/registry';

const bytesOf = (architecture: Architecture, key: CheckpointKey): number =>
  tensorInventory(architecture).reduce(
    (total, group) => total + group.params * bytesPerParam(key, group, architecture.moe === null),
    0,
  );

describe('tensor inventory', () => {
  it.each(MODELS)('$name: sums are the published parameter counts', ({ architecture }) => {
    const sum = (parts: readonly string[]): number =>
      tensorInventory(architecture)
        .filter(({ part }) => parts.includes(part))
        .reduce((total, { params }) => total + params, 0);
    expect(sum(['vision'])).toBe(architecture.params.vision);
    expect(sum(['mtp'])).toBe(architecture.params.mtp);
    expect(sum(['embedding', 'lm-head', 'full-attention-layers', 'gdn-layers', 'ffn', 'final'])).toBe(
      architecture.params.text,
    );
  });

  it.each(
    MODELS.flatMap((model) =>
      model.checkpoints
        .filter(
          ({ key, official, tensorBytes }) =>
            official && tensorBytes !== null && (key === 'bf16' || key === 'fp8'),
        )
        .map((checkpoint) => ({ name: `${model.name} ${checkpoint.key}`, model, checkpoint })),
    ),
  )('$name: bytes are those of the checkpoint', ({ model, checkpoint }) => {
    const bytes = bytesOf(model.architecture, checkpoint.key);
    expect(Math.abs(bytes / checkpoint.tensorBytes! - 1)).toBeLessThan(2e-5);
  });

  it.each([
    ['Qwen3.5-35B-A3B', 'gptq-int4'],
    ['Qwen3.5-122B-A10B', 'gptq-int4'],
    ['Qwen3.5-397B-A17B', 'gptq-int4'],
    ['Qwen3.5-122B-A10B', 'nvfp4'],
    ['Qwen3.5-397B-A17B', 'nvfp4'],
  ] as const)('%s %s: within one percent, the index tensors of GPTQ are not in the rule', (name, key) => {
    const { architecture, checkpoints } = MODELS.find((model) => model.name === name)!;
    const { tensorBytes } = checkpoints.find((checkpoint) => checkpoint.key === key)!;
    expect(Math.abs(bytesOf(architecture, key) / tensorBytes! - 1)).toBeLessThan(1e-2);
  });
});
