import { SURVIVALS } from './choices';
import type { Flag } from './deployment-flags';

/** The plain fields of `sizing:` as flags; patterns, quotas and prices are the file's alone. */
export const SIZING_FLAGS: readonly Flag[] = [
  {
    flags: '--survive <what>',
    path: ['sizing', 'survive'],
    kind: 'text',
    help: `serve the peak after losing: ${SURVIVALS.join(', ')} (default nothing)`,
  },
  {
    flags: '--savings-plan <share>',
    path: ['sizing', 'savingsPlanDiscount'],
    kind: 'number',
    help: 'share of the on-demand price that your savings plan saves',
  },
  {
    flags: '--no-fp8-kv-cache',
    path: ['sizing', 'fp8KvCache'],
    kind: 'off',
    help: 'keep the KV cache in BF16',
  },
  {
    flags: '--no-mtp',
    path: ['sizing', 'mtp'],
    kind: 'off',
    help: 'never draft tokens with the MTP layer',
  },
];
