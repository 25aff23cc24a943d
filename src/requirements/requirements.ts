import * as z from 'zod';
import { CHECKPOINT_KEYS, QUALITY_FLOORS } from '../models/checkpoints';
import { sloSchema, workloadSchema } from '../workload/workload';
import { adaptersSchema } from './adapter-schema';
import { BUDGET_SCOPES, LOADERS, NAT_MODES, WEIGHT_SOURCES } from './deployment-input';
import { MARKETS, NAME_PATTERN } from './input';
import { sizingSchema } from './sizing';

const scheduledSizeSchema = z.strictObject({
  name: z.string(),
  cron: z.string(),
  timeZone: z.string(),
  minInstances: z.number().int().min(0),
  maxInstances: z.number().int().min(0),
});

/** How the machines are bought, guarded and watched. Defaults here too, so that older plans stay readable. */
export const deploymentSchema = z.strictObject({
  deletionProtection: z.boolean().default(true),
  kmsKeyArn: z.string().nullable().default(null),
  alertEmail: z.string().nullable().default(null),
  budget: z.enum(BUDGET_SCOPES).default('tag'),
  anomalyMonitorArn: z.string().nullable().default(null),
  /** `none`, `variable` or the ARN of a secret. */
  apiKey: z.string().default('none'),
  huggingFaceToken: z.string().default('none'),
  secretsKmsKeyArn: z.string().nullable().default(null),
  weights: z.enum(WEIGHT_SOURCES).default('huggingface'),
  loader: z.enum(LOADERS).default('default'),
  revision: z.string().nullable().default(null),
  image: z.string().nullable().default(null),
  amiId: z.string().nullable().default(null),
  capacityReservationId: z.string().nullable().default(null),
  /** Where that is; absent where it was not told. */
  capacityReservationZone: z.string().optional(),
  spotInstanceTypes: z.array(z.string()).default([]),
  onDemandBase: z.number().int().min(0).default(0),
  schedule: z.array(scheduledSizeSchema).default([]),
  sleepAfterMinutes: z.number().int().nullable().default(null),
});

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
  /** LoRA adapters served beside the model; absent where there are none. */
  adapters: adaptersSchema.optional(),
  network: z.strictObject({
    vpcId: z.string().nullable(),
    machineSubnetIds: z.array(z.string()),
    loadBalancerSubnetIds: z.array(z.string()),
    routeTableIds: z.array(z.string()).default([]),
    interfaceEndpoints: z.array(z.string()).default([]),
    exposure: z.enum(['internal', 'public']),
    certificateArn: z.string().nullable(),
    /** Of a new VPC; null for the usual one. */
    cidr: z.string().nullable().default(null),
    /** Empty means the VPC's own range. */
    allowedCidrs: z.array(z.string()),
    natGateways: z.enum(NAT_MODES).default('single'),
    domain: z.strictObject({ name: z.string(), hostedZoneId: z.string() }).nullable().default(null),
    webAclArn: z.string().nullable().default(null),
    rateLimitPerKey: z.number().int().nullable().default(null),
    targetControlPort: z.number().int().nullable().default(null),
    encryptToMachines: z.boolean().default(false),
    jwt: z
      .strictObject({
        issuer: z.string(),
        jwksUrl: z.string(),
        audience: z.union([z.string(), z.array(z.string())]).optional(),
      })
      .nullable()
      .default(null),
  }),
  sizing: sizingSchema.optional(),
  deployment: deploymentSchema.prefault({}),
  stateBackend: z.strictObject({ bucket: z.string(), key: z.string(), region: z.string() }).nullable(),
  tags: z.record(z.string(), z.string()),
});
export type Requirements = z.infer<typeof requirementsSchema>;
