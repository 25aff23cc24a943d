import { ADAPTER_LAYERS } from '../vllm/adapters';
import { LONGEST_BLOCK_DAYS, SURVIVALS } from './choices';
import { type Flag, flag } from './flag';

/** The fields of `sizing:` as flags. */
export const SIZING_FLAGS: readonly Flag[] = [
  flag(
    '--survive <what>',
    'sizing.survive',
    'text',
    `serve the peak after losing: ${SURVIVALS.join(', ')} (default nothing)`,
  ),
  flag(
    '--hourly-factors <list>',
    'sizing.hourlyFactors',
    'numbers',
    '24 shares of the peak rate with commas, one an hour from 0:00 UTC',
  ),
  flag(
    '--growth-per-hour <share>',
    'sizing.growthPerHour',
    'number',
    'how much of itself the load may grow by in an hour that no pattern foretells (default 0.5)',
  ),
  flag(
    '--adapters-at-once <n>',
    'sizing.adaptersAtOnce',
    'number',
    'LoRA adapters that one batch may mix (default: all, at most 4)',
  ),
  flag(
    '--adapter-layers <which>',
    'sizing.adapterLayers',
    'text',
    `what LoRA adapters may change: ${ADAPTER_LAYERS.join(', ')} (default projections)`,
  ),
  flag('--no-mixed-fleets', 'sizing.mixedFleets', 'off', 'do not look for a mix of several fleets'),
  flag(
    '--block-start <date>',
    'sizing.blockStart',
    'text',
    'first day of a capacity block, such as 2027-01-15',
  ),
  flag(
    '--block-days <n>',
    'sizing.blockDays',
    'number',
    `days of a capacity block: 1 to 14, or whole weeks up to ${LONGEST_BLOCK_DAYS} (default ${LONGEST_BLOCK_DAYS})`,
  ),
  flag(
    '--quota <code=vcpus>',
    'sizing.quotaVcpus',
    'counts',
    'vCPUs that your account may run, such as L-DB2E81BA=192, repeatable',
  ),
  flag(
    '--hosted-api <price>',
    'sizing.hostedApis',
    'price',
    "hosted API to compare with: 'NAME=INPUT,OUTPUT' in USD per million tokens, repeatable",
  ),
  flag(
    '--savings-plan <share>',
    'sizing.savingsPlanDiscount',
    'number',
    'share of the on-demand price that your savings plan saves',
  ),
  flag('--no-fp8-kv-cache', 'sizing.fp8KvCache', 'off', 'keep the KV cache in BF16'),
  flag('--no-mtp', 'sizing.mtp', 'off', 'never draft tokens with the MTP layer'),
];
