import { goldenStacks } from '../golden/stacks';
import type { Stack } from './stack';

/** Every stack that a real Terraform runs: one of each kind of deployment, and those of the frozen plans. */
export const cases = (): [name: string, stack: Stack][] =>
  goldenStacks().map(({ name, text }) => [name, JSON.parse(text) as Stack]);
