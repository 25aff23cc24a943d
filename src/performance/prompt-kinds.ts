/** Prompts that find their conversation in the prefix cache, or those that do not. */
export interface PromptKind {
  /** Of all prompts. */
  readonly share: number;
  /** Mean engine time, relative to that of all prompts, and its squared coefficient of variation. */
  readonly relative: number;
  readonly variation: number;
}

const HARDLY_ANY = 1e-6;

/** Both kinds, or one where there is no other. */
export function promptKinds(
  prompts: readonly { readonly weight: number; readonly seconds: number; readonly found: boolean }[],
): readonly PromptKind[] {
  const mean = prompts.reduce((sum, { weight, seconds }) => sum + weight * seconds, 0);
  return [false, true].flatMap((kind) => {
    let share = 0;
    let first = 0;
    let second = 0;
    for (const { weight, seconds, found } of prompts) {
      if (found !== kind) continue;
      share += weight;
      first += weight * seconds;
      second += weight * seconds * seconds;
    }
    if (share < HARDLY_ANY) return [];
    const variation = Math.max(0, (second * share) / (first * first) - 1);
    return [{ share, relative: first / share / mean, variation }];
  });
}
