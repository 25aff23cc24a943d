import { SURVIVALS } from './choices';
import type { Flag } from './deployment-flags';

/** The fields of `sizing:` as flags. */
export const SIZING_FLAGS: readonly Flag[] = [
  {
    flags: '--survive <what>',
    path: ['sizing', 'survive'],
    kind: 'text',
    help: `serve the peak after losing: ${SURVIVALS.join(', ')} (default nothing)`,
  },
  {
    flags: '--hourly-factors <list>',
    path: ['sizing', 'hourlyFactors'],
    kind: 'numbers',
    help: '24 shares of the peak rate with commas, one an hour from 0:00 UTC',
  },
  {
    flags: '--growth-per-hour <share>',
    path: ['sizing', 'growthPerHour'],
    kind: 'number',
    help: 'how much of itself the load may grow by in an hour that no pattern foretells (default 0.5)',
  },
  {
    flags: '--no-mixed-fleets',
    path: ['sizing', 'mixedFleets'],
    kind: 'off',
    help: 'do not look for a mix of several fleets',
  },
  {
    flags: '--block-start <date>',
    path: ['sizing', 'blockStart'],
    kind: 'text',
    help: 'first day of a capacity block, such as 2027-01-15',
  },
  {
    flags: '--block-days <n>',
    path: ['sizing', 'blockDays'],
    kind: 'number',
    help: 'days of a capacity block: 1 to 14, or whole weeks up to 182 (default 182)',
  },
  {
    flags: '--quota <code=vcpus>',
    path: ['sizing', 'quotaVcpus'],
    kind: 'counts',
    help: 'vCPUs that your account may run, such as L-DB2E81BA=192, repeatable',
  },
  {
    flags: '--hosted-api <price>',
    path: ['sizing', 'hostedApis'],
    kind: 'price',
    help: "hosted API to compare with: 'NAME=INPUT,OUTPUT' in USD per million tokens, repeatable",
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
