import { getModel } from '../../src/models/registry';
import { GIB } from '../../src/vllm/activation';
import { adapterFileBytes } from '../../src/vllm/adapters';
import { hostRamGiB } from '../../src/vllm/host';
import { tensorParallelOnly } from '../../src/vllm/layout';

test('each GPU has a worker process, which keeps all adapters whole', () => {
  const { architecture } = getModel('Qwen3.5-35B-A3B');
  const room = { slots: 3, maxRank: 16, layers: 'projections' } as const;
  const without = (gpus: number): number => hostRamGiB(architecture, tensorParallelOnly(gpus), null);
  const file = adapterFileBytes(architecture, room.maxRank, room.layers) / GIB;
  for (const gpus of [1, 4]) {
    const adapters = hostRamGiB(architecture, tensorParallelOnly(gpus), room) - without(gpus);
    expect(adapters).toBeCloseTo(gpus * room.slots * file, 9);
  }
  expect(without(4) - without(1)).toBe(3 * (without(2) - without(1)));
  expect(without(2)).toBeGreaterThan(without(1));
});
