import * as z from 'zod';
import { ADAPTER_LAYERS } from '../vllm/adapters';
import { LONGEST_BLOCK_DAYS, SURVIVALS } from './choices';

const HOURS = 24;
const usdPerMillion = z.number().min(0).max(10_000);
const hostedApi = z.strictObject({
  name: z.string().min(1).max(80),
  inputUsdPerMillion: usdPerMillion,
  outputUsdPerMillion: usdPerMillion,
});
const quotaCode = z.string().regex(/^L-[0-9A-F]{8}$/, 'a quota code such as L-DB2E81BA');

/** `sizing:` of `selfhost.yaml`. */
export const sizingInputSchema = z.strictObject({
  adaptersAtOnce: z
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('LoRA adapters that one batch may mix, each with room on every GPU (default: all, at most 4)'),
  adapterLayers: z
    .enum(ADAPTER_LAYERS)
    .optional()
    .describe(
      'what LoRA adapters may change: projections (default: attention, GDN, dense MLP, shared expert), or all (routed experts and embeddings too)',
    ),
  survive: z
    .enum(SURVIVALS)
    .optional()
    .describe('serve the peak after losing one machine, or one zone (default nothing)'),
  hourlyFactors: z
    .array(z.number().min(0).max(1))
    .length(HOURS)
    .optional()
    .describe('24 shares of the peak rate, one an hour from 0:00 UTC (default: the peak all day)'),
  growthPerHour: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe('how much of itself the load may grow by in an hour that no pattern foretells (default 0.5)'),
  blockStart: z.iso
    .date()
    .optional()
    .describe('first day of a capacity block (default: chosen when it is bought)'),
  blockDays: z
    .number()
    .int()
    .min(1)
    .max(LONGEST_BLOCK_DAYS)
    .refine(
      (days) => days <= 14 || days % 7 === 0,
      `it must be 1 to 14 days, or whole weeks up to ${LONGEST_BLOCK_DAYS}`,
    )
    .optional()
    .describe(`days of a capacity block (default ${LONGEST_BLOCK_DAYS})`),
  mixedFleets: z
    .boolean()
    .optional()
    .describe('look for a mix of several fleets that saves a tenth or more (default true)'),
  savingsPlanDiscount: z
    .number()
    .min(0)
    .max(0.8)
    .optional()
    .describe('share of the on-demand machine price that your savings plan saves'),
  quotaVcpus: z
    .record(quotaCode, z.number().int().min(0).max(1_000_000))
    .optional()
    .describe('vCPUs that your account may run, by quota code'),
  hostedApis: z
    .array(hostedApi)
    .max(50)
    .optional()
    .describe('hosted APIs to compare with, in place of the list prices of the same name'),
  fp8KvCache: z
    .boolean()
    .optional()
    .describe('allow an FP8 KV cache, slightly less precise, where it saves machines (default true)'),
  mtp: z
    .boolean()
    .optional()
    .describe(
      'allow drafting with the MTP layer, without prefix caching, where it saves machines (default true)',
    ),
});

/** Sizing as understood. */
export const sizingSchema = z.strictObject({
  /** Absent: `adapterSlots` decides. */
  adaptersAtOnce: z.number().int().min(1).optional(),
  /** Absent: projections. */
  adapterLayers: z.enum(ADAPTER_LAYERS).optional(),
  survive: z.enum(SURVIVALS),
  /** Shares of the peak by hour (UTC), the busiest 1; null for the peak all day. */
  hourlyFactors: z.array(z.number().min(0).max(1)).length(HOURS).nullable(),
  /** A load of 1 is at most 1 + this an hour later. */
  growthPerHour: z.number().min(0).default(0.5),
  blockStart: z.string().nullable().default(null),
  blockDays: z.number().int().default(LONGEST_BLOCK_DAYS),
  mixedFleets: z.boolean().default(true),
  savingsPlanDiscount: z.number().min(0).max(0.8),
  quotaVcpus: z.record(z.string(), z.number().int().min(0)),
  hostedApis: z.array(hostedApi),
  fp8KvCache: z.boolean(),
  mtp: z.boolean(),
});
export type Sizing = z.infer<typeof sizingSchema>;

export const USUAL_SIZING: Sizing = {
  survive: 'nothing',
  hourlyFactors: null,
  growthPerHour: 0.5,
  blockStart: null,
  blockDays: LONGEST_BLOCK_DAYS,
  mixedFleets: true,
  savingsPlanDiscount: 0,
  quotaVcpus: {},
  hostedApis: [],
  fp8KvCache: true,
  mtp: true,
};

/** Fills in defaults; the busiest hour becomes 1, because the asked rate is the peak's. */
export function resolveSizing(input: z.infer<typeof sizingInputSchema> | undefined): Sizing {
  const given = Object.fromEntries(Object.entries(input ?? {}).filter(([, value]) => value !== undefined));
  const sizing: Sizing = { ...USUAL_SIZING, ...given };
  const busiest = Math.max(0, ...(sizing.hourlyFactors ?? []));
  if (sizing.hourlyFactors === null || busiest === 0) return { ...sizing, hourlyFactors: null };
  return { ...sizing, hourlyFactors: sizing.hourlyFactors.map((factor) => factor / busiest) };
}

/** What cannot be true about the sizing on a day, each with its fix. */
export function sizingProblems(
  input: z.infer<typeof sizingInputSchema> | undefined,
  today: string | null,
): string[] {
  const start = input?.blockStart;
  return start !== undefined && today !== null && start < today
    ? [
        `sizing.blockStart (--block-start) ${start} is past, today is ${today}; give a day to come, capacity blocks are sold up to eight weeks ahead`,
      ]
    : [];
}
