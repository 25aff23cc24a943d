import type { Plan } from '../../plan/schema';
import { gib, number } from '../format';
import type { Fact } from './section';

export interface MemoryPart {
  readonly name: string;
  readonly gib: number;
  readonly what: string;
  readonly free: boolean;
}

/** How one GPU is divided, in the order the engine fills it; parts of no size are left out. */
export function memoryParts({ memory, engine, choice }: Plan): MemoryPart[] {
  const part = (name: string, gib: number, what: string, free = false): MemoryPart => ({
    name,
    gib,
    what,
    free,
  });
  return [
    part('weights', memory.weightsGiB, `the model in ${choice.checkpoint.toUpperCase()}, this GPU's share`),
    part('adapters', memory.adaptersGiB ?? 0, 'room for LoRA adapters, whether in use or not'),
    part(
      'KV cache',
      memory.kvCacheGiB,
      `what the model remembers of running requests: ${memory.poolBlocks} blocks of ${memory.blockTokens} tokens`,
    ),
    part(
      'activations',
      memory.peakActivationGiB,
      `scratch space of a step of ${engine.maxNumBatchedTokens} tokens, at its peak`,
    ),
    part('CUDA graphs', memory.cudaGraphGiB, 'recorded steps, replayed without launch cost'),
    part('other', memory.otherGiB, 'communication buffers and small allocations'),
    part('free', memory.marginGiB, 'kept free for late allocations and the CUDA context', true),
  ].filter(({ gib }) => gib > 0);
}

/** How one GPU is used, in words. */
export function memoryFacts(plan: Plan): Fact[] {
  const { memory, engine } = plan;
  const parts = memoryParts(plan).filter(({ free }) => !free);
  return [
    ['usable', `${gib(memory.usableGiB)} of each GPU`],
    [
      'used by',
      `${parts.map(({ name, gib: size }) => `${name} ${gib(size)}`).join(', ')}; ${gib(memory.marginGiB)} stay free`,
    ],
    [
      'room for',
      `${number(Math.floor(memory.maxLenSequences))} requests of the full ${number(engine.maxModelLen)} tokens at once on a replica`,
    ],
  ];
}
