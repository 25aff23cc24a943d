import { z } from 'zod';
import { CHECKPOINT_KEYS, QUALITY_FLOORS } from '../models/checkpoints';
import { sloSchema, workloadSchema } from '../workload/workload';
import { MARKETS, NAME_PATTERN } from './input';

/** Requirements as understood: every field present, defaults and derived values filled in. Part of the Plan. */
export const requirementsSchema = z.strictObject({
  name: z.string().regex(NAME_PATTERN),
  /** Canonical model name. */
  model: z.string(),
  checkpoint: z.enum(['auto', ...CHECKPOINT_KEYS]),
  qualityFloor: z.enum(QUALITY_FLOORS),
  contextTokens: z.number().int().positive(),
  workload: workloadSchema,
  slo: sloSchema,
  regions: z.array(z.string()).min(1),
  instanceTypes: z.strictObject({ allow: z.array(z.string()), deny: z.array(z.string()) }),
  markets: z.array(z.enum(MARKETS)).min(1),
  minReplicas: z.number().int().positive(),
  minZones: z.number().int().positive(),
  monthlyBudgetUsd: z.number().positive().nullable(),
  confidence: z.number(),
  vllmVersion: z.string(),
  multimodal: z.boolean(),
  network: z.strictObject({
    vpcId: z.string().nullable(),
    machineSubnetIds: z.array(z.string()),
    loadBalancerSubnetIds: z.array(z.string()),
    exposure: z.enum(['internal', 'public']),
    certificateArn: z.string().nullable(),
    /** Empty means the VPC's own range. */
    allowedCidrs: z.array(z.string()),
  }),
  stateBackend: z.strictObject({ bucket: z.string(), key: z.string(), region: z.string() }).nullable(),
  tags: z.record(z.string(), z.string()),
});
export type Requirements = z.infer<typeof requirementsSchema>;
