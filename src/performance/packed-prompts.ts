import { alignedChunk, type ChunkRules } from '../vllm/prefill-chunk';

/**
 * What the last step of each of the first prompts of a line has room for, when all of the line wait: tokens of those behind
 * that are computed by then. Prompts of one length, cut at blocks: the last part of each is a step's, and the next one's
 * blocks begin beside it, however many came before. Replays the scheduler's rules.
 * @param budget prompt tokens that a step holds
 * @returns relative to a prompt, for the 1st, 2nd, ... of the line
 */
export function roomsInLine(tokens: number, budget: number, rules: ChunkRules, count: number): number[] {
  const rooms: number[] = [];
  /** Tokens computed of each that has begun and is not done; the first `rooms.length` are. */
  const begun: number[] = [];
  const chunkOf = (start: number, left: number): number =>
    alignedChunk(
      { start, total: tokens, promptTokens: tokens, junction: 0 },
      Math.min(tokens - start, left),
      rules,
    );
  for (let step = 0; rooms.length < count && step < MOST_STEPS; step++) {
    let left = budget;
    for (let i = rooms.length; i < begun.length && left > 0; i++) {
      const chunk = chunkOf(begun[i]!, left);
      begun[i]! += chunk;
      left -= chunk;
    }
    while (left > 0) {
      const chunk = chunkOf(0, left);
      if (chunk === 0) break;
      begun.push(chunk);
      left -= chunk;
    }
    while (begun[rooms.length] === tokens) {
      let behind = 0;
      for (let i = rooms.length + 1; i < begun.length; i++) behind += begun[i]!;
      rooms.push(behind / tokens);
    }
  }
  return rooms;
}

/** Prompts of more steps leave hardly any room. */
const MOST_STEPS = 60;
