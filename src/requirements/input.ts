import * as z from 'zod';
import { CHECKPOINT_KEYS, QUALITY_FLOORS } from '../models/checkpoints';
import { PRESET_NAMES } from '../workload/presets';
import { LIMITS } from '../workload/workload';
import { adaptersSchema } from './adapter-schema';
import { MARKETS } from './choices';
import { deploymentInput } from './deployment-input';
import { networkInput } from './network-input';
import { sizingInputSchema } from './sizing';

export { MARKETS, type Market } from './choices';

/** AWS names are built from it (load balancers allow 32 characters), so it stays short and plain. */
export const NAME_PATTERN = /^[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?$/;

const tokens = z.number().min(1).max(LIMITS.tokens);
const lengths = z.union([
  tokens.describe('mean; the 95th percentile is taken as 2.5 times it'),
  z.strictObject({ mean: tokens, p95: tokens.optional() }),
]);
const seconds = z.number().positive().max(LIMITS.seconds);
const workload = z.strictObject({
  preset: z
    .enum(PRESET_NAMES)
    .optional()
    .describe('traffic shape that fills in whatever is not given (default chat)'),
  requestsPerSecond: z
    .number()
    .positive()
    .max(LIMITS.requestsPerSecond)
    .optional()
    .describe('peak arrival rate (default 1)'),
  concurrentUsers: z
    .number()
    .int()
    .positive()
    .max(LIMITS.concurrentUsers)
    .optional()
    .describe('active users, instead of a rate'),
  secondsBetweenRequests: seconds.optional().describe('from one request of a user to the next'),
  inputTokens: lengths.optional().describe('prompt length: a mean, or { mean, p95 }'),
  outputTokens: lengths.optional().describe('output length, reasoning tokens included'),
  trace: z
    .string()
    .min(1)
    .optional()
    .describe(
      'file of requests as they were (JSON Lines or CSV): gives the peak, the lengths and the daily pattern where they are not given',
    ),
  sharedPrefixShare: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('share of the prompt that all requests have in common'),
  historyShare: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'share of the prompt that is the conversation so far (default 0; with sharedPrefixShare at most 1)',
    ),
  thinking: z.boolean().optional().describe('Qwen3.5 thinks by default: outputs are several times longer'),
  streaming: z
    .boolean()
    .optional()
    .describe('all clients stream (default false: some wait for the whole answer)'),
});

/** What IAM and EC2 both accept in a tag; others fail at apply, not before. */
const tagText = z
  .string()
  .regex(
    /^(?!aws:)[\p{L}\p{N} _.:/=+\-@]*$/iu,
    'letters, digits, spaces and _ . : / = + - @, not starting with aws:',
  );

const stateBackend = z.strictObject({
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket such as my-terraform-state'),
  key: z.string().min(1).max(512).optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'an AWS region such as us-east-1')
    .optional(),
});

/** `selfhost.yaml` as a user writes it: only `model` is needed. */
export const requirementsInputSchema = z.strictObject({
  name: z
    .string()
    .regex(NAME_PATTERN, 'a lower-case letter, then up to 23 lower-case letters, digits or hyphens')
    .optional()
    .describe('name of the plan and of what is deployed (default: from the model)'),
  model: z.string().min(1).max(200).describe('for example Qwen3.5-35B-A3B'),
  checkpoint: z
    .enum(['auto', ...CHECKPOINT_KEYS])
    .optional()
    .describe('auto, or one precision'),
  qualityFloor: z.enum(QUALITY_FLOORS).optional().describe('lowest precision accepted (default fp8)'),
  contextTokens: z
    .number()
    .int()
    .positive()
    .max(LIMITS.tokens)
    .optional()
    .describe('longest prompt plus output'),
  workload: workload.optional(),
  slo: z.strictObject({ ttftP95Seconds: seconds.optional(), tpotP95Seconds: seconds.optional() }).optional(),
  regions: z
    .array(z.string().trim().toLowerCase())
    .min(1)
    .max(40)
    .optional()
    .describe('AWS regions to consider (default us-east-1)'),
  instanceTypes: z
    .strictObject({
      allow: z.array(z.string()).max(100).optional(),
      deny: z.array(z.string()).max(100).optional(),
    })
    .optional()
    .describe('full names, families such as g6e, or patterns such as p5*'),
  markets: z
    .array(z.enum(MARKETS))
    .min(1)
    .optional()
    .describe('how machines may be bought (default on-demand)'),
  minReplicas: z
    .number()
    .int()
    .positive()
    .max(10_000)
    .optional()
    .describe('engine replicas at least (default 1)'),
  minZones: z.number().int().positive().max(6).optional().describe('availability zones at least (default 1)'),
  monthlyBudgetUsd: z
    .number()
    .positive()
    .max(1e12)
    .optional()
    .describe('most to spend a month; of several services, each has it for itself'),
  confidence: z
    .number()
    .min(0.5)
    .max(0.99)
    .optional()
    .describe('probability that the SLO holds (default 0.8)'),
  vllmVersion: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, 'a release such as 0.31.0')
    .optional(),
  multimodal: z
    .boolean()
    .optional()
    .describe('load the vision tower and accept images (default false: text only)'),
  adapters: adaptersSchema
    .optional()
    .describe('LoRA adapters served beside the model, each under its own name'),
  network: networkInput.optional(),
  sizing: sizingInputSchema
    .optional()
    .describe('how much to keep in reserve, the daily pattern, discounts, quotas, engine options'),
  deployment: deploymentInput.optional().describe('how the machines are bought, guarded and watched'),
  stateBackend: stateBackend.optional().describe('S3 bucket for Terraform state (default: a local file)'),
  tags: z.record(tagText.min(1).max(128), tagText.max(256)).optional().describe('on everything deployed'),
});
export type RequirementsInput = z.infer<typeof requirementsInputSchema>;

/** JSON Schema of `selfhost.yaml`, for editors. */
export function requirementsJsonSchema(): unknown {
  return z.toJSONSchema(requirementsInputSchema, { io: 'input' });
}
