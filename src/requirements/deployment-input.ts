import * as z from 'zod';

export const NAT_MODES = ['single', 'per-zone', 'none'] as const;
export const WEIGHT_SOURCES = ['huggingface', 's3'] as const;
export const BUDGET_SCOPES = ['tag', 'account', 'none'] as const;
export const LOADERS = ['default', 'streamer'] as const;
/** What machines without internet talk to, besides S3 (which has a gateway endpoint, free of charge). */
export const ENDPOINT_SERVICES = [
  ...['autoscaling', 'ec2messages', 'ecr.api', 'ecr.dkr', 'elasticloadbalancing', 'kms'],
  ...['logs', 'monitoring', 'secretsmanager', 'ssm', 'ssmmessages'],
] as const;

/** Stands for 0.0.0.0/0 among those who may call: nobody writes it by mistake. */
export const EVERYONE = 'everyone';
/** Stands for a cost anomaly monitor of the plan's own. */
export const NEW_MONITOR = 'new';

export const arn = (service: string, orElse = '') =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:[A-Za-z0-9/_.+=@:!-]{1,400}$`),
      `${orElse}an ARN such as arn:aws:${service}:us-east-1:123456789012:…`,
    );
export const hostName = z
  .string()
  .regex(
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    'a host name such as llm.example.com',
  );
export const httpsUrl = z
  .string()
  .regex(
    /^https:\/\/[A-Za-z0-9.-]+(\/[A-Za-z0-9._~/-]*)?$/,
    'an https URL such as https://issuer.example.com',
  );
const secret = z.union([z.enum(['none', 'variable']), arn('secretsmanager', 'none, variable, or ')]);
const instances = z.number().int().min(0).max(1000);

/** Known to ICU, which follows the IANA database as Auto Scaling does. */
function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

const scheduledSize = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{0,30}$/,
        'a lower-case letter, then up to 30 lower-case letters, digits or hyphens',
      ),
    cron: z
      .string()
      .regex(/^(?:[0-9*,/-]{1,40} ){4}[0-9*,/A-Z-]{1,40}$/, 'five cron fields such as "0 7 * * MON-FRI"'),
    timeZone: z
      .string()
      .regex(/^[A-Za-z]+(?:[/_+-][A-Za-z0-9]+){0,4}$/, 'an IANA time zone such as Europe/Berlin')
      .refine(isTimeZone, 'no known time zone; give an IANA name such as Europe/Berlin')
      .optional()
      .describe('IANA name (default Etc/UTC)'),
    minInstances: instances,
    maxInstances: instances,
  })
  .refine(
    ({ minInstances, maxInstances }) => minInstances <= maxInstances,
    'minInstances is above maxInstances',
  );

/** The part of `selfhost.yaml` about how machines are bought, guarded and watched. */
export const deploymentInput = z.strictObject({
  deletionProtection: z
    .boolean()
    .optional()
    .describe('refuse to delete the load balancer and filled buckets (default true)'),
  kmsKeyArn: arn('kms').optional().describe('existing KMS key (default: a new one)'),
  alertEmail: z.email().max(254).optional().describe('gets alarms and budget warnings'),
  budget: z
    .enum(BUDGET_SCOPES)
    .optional()
    .describe("AWS budget at the plan's cost: by tag (default), of the account, or none"),
  anomalyMonitorArn: z
    .union([
      z.literal(NEW_MONITOR),
      z
        .string()
        .regex(
          /^arn:aws[a-z-]*:ce::\d{12}:anomalymonitor\/[0-9a-f-]{36}$/,
          "'new', or the ARN of a cost anomaly monitor",
        ),
    ])
    .optional()
    .describe("cost anomalies: 'new' for a monitor of this plan's tag, or the ARN of an existing monitor"),
  apiKey: secret
    .optional()
    .describe('what callers must send: none (default), variable (TF_VAR_api_key), or the ARN of a secret'),
  huggingFaceToken: secret
    .optional()
    .describe(
      'for gated weights: none (default), variable (TF_VAR_hugging_face_token), or the ARN of a secret',
    ),
  secretsKmsKeyArn: arn('kms')
    .optional()
    .describe(
      "KMS key of secrets named by ARN, where it is neither AWS's own nor kmsKeyArn: machines may then decrypt them",
    ),
  weights: z
    .enum(WEIGHT_SOURCES)
    .optional()
    .describe('where machines load weights from (default huggingface)'),
  loader: z
    .enum(LOADERS)
    .optional()
    .describe(
      'how an engine reads its weights: default, or streamer (Run:ai Model Streamer, one GPU a replica)',
    ),
  revision: z
    .string()
    .regex(/^[0-9a-f]{40}$/, 'a commit of 40 hexadecimal digits')
    .optional()
    .describe(
      'commit of the Hugging Face repository to serve (default: where its main branch is when the first machine boots, or the weights are staged)',
    ),
  image: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.:-]{0,120}\/[a-z0-9._/-]{1,200}(:[A-Za-z0-9._-]{1,128})?(@sha256:[0-9a-f]{64})?$/,
      'an image such as vllm/vllm-openai:v0.33.0@sha256:… or one in your ECR',
    )
    .optional()
    .describe("engine image instead of the plan's: pinned by digest, or a copy in your own ECR"),
  amiId: z
    .string()
    .regex(/^ami-[0-9a-f]{8,17}$/, 'the id of a machine image such as ami-0123456789abcdef0')
    .optional()
    .describe('pinned machine image (default: the current Deep Learning AMI)'),
  capacityReservationId: z
    .string()
    .regex(/^cr-[0-9a-f]{8,17}$/, 'the id of a capacity reservation such as cr-0123456789abcdef0')
    .optional()
    .describe('capacity reservation, or the capacity block of that market'),
  capacityReservationZone: z
    .string()
    .regex(/^[a-z]{2,}[a-z0-9]*-[a-z0-9-]*az\d+$/, 'a zone id such as use2-az3')
    .optional()
    .describe('zone id of that reservation or block (default: the first zone that offers the type)'),
  spotInstanceTypes: z
    .array(z.string())
    .min(2)
    .max(20)
    .optional()
    .describe('types with the same GPUs that a spot group may mix'),
  onDemandBase: instances
    .optional()
    .describe('machines of a spot group that are always on demand (default 0)'),
  schedule: z
    .array(scheduledSize)
    .max(20)
    .optional()
    .describe('group sizes by time of day; 0 stops serving until the next entry'),
  sleepAfterMinutes: z
    .number()
    .int()
    .min(15)
    .max(1440)
    .optional()
    .describe(
      'scale to zero after so many minutes without a request; the next request gets 503 and wakes the fleet (default: never)',
    ),
});
