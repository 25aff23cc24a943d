import * as z from 'zod';
import { quote, UserError } from '../errors';
import { CHECKPOINT_KEYS } from '../models/checkpoints';
import { intervalSchema } from '../plan/schema';
import { ADAPTER_LAYERS } from '../vllm/adapters';
import { APIS } from './asks';
import { ERROR_KINDS } from './outcome';

export const RESULT_SCHEMA_VERSION = 1;

const nonNegative = z.number().min(0);
const count = z.int().min(0);

const distributionSchema = z.strictObject({
  mean: nonNegative,
  p50: nonNegative,
  p90: nonNegative,
  p95: nonNegative,
  p99: nonNegative,
  max: nonNegative,
});

/** Upper edge in seconds, count. */
const histogramSchema = z.array(z.tuple([nonNegative, count]));

/** Mean of some requests and how sure it is: standard error over the mean. */
const meanSchema = z.strictObject({
  requests: count,
  inputTokens: nonNegative,
  ttftSeconds: nonNegative,
  relativeError: nonNegative,
});

export const loadSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('open'),
    requestsPerSecond: z.number().positive(),
    burstiness: z.number().positive(),
  }),
  z.strictObject({ kind: z.literal('closed'), concurrency: z.int().positive() }),
  z.strictObject({ kind: z.literal('trace') }),
]);
export type BenchLoad = z.infer<typeof loadSchema>;

/** What `calibrate` learns from: means over the requests measured, one replica or all together. */
const observedSchema = z.strictObject({
  requestsPerSecond: nonNegative,
  inputTokens: nonNegative,
  outputTokens: nonNegative,
  /** Prompt tokens served from the prefix cache, mean; null where the server does not say. */
  cachedTokens: nonNegative.nullable(),
  tpotSeconds: nonNegative,
  tpotRelativeError: nonNegative,
  /** The shorter and the longer half of the prompts: their difference is the prefill. */
  shortPrompts: meanSchema,
  longPrompts: meanSchema,
});
export type Observed = z.infer<typeof observedSchema>;

export const VERDICTS = ['pass', 'better', 'fail'] as const;
const comparisonSchema = z.strictObject({
  figure: z.string(),
  predicted: intervalSchema,
  measured: nonNegative,
  unit: z.enum(['s', 'tokens/s']),
  /** `better`: outside the interval on the good side. */
  verdict: z.enum(VERDICTS),
  /** The plan's own figure, or the model's for this load. */
  from: z.enum(['plan', 'model']),
});
export type Comparison = z.infer<typeof comparisonSchema>;

const serverMetricsSchema = z.strictObject({
  /** Of the time between the first and the last request; null where the server does not say. */
  prefixHitRate: nonNegative.max(1).nullable(),
  preemptions: nonNegative.nullable(),
  kvUseMax: nonNegative.nullable(),
  runningMax: nonNegative.nullable(),
  waitingMax: nonNegative.nullable(),
  promptTokens: nonNegative.nullable(),
  generatedTokens: nonNegative.nullable(),
});
export type ServerMetrics = z.infer<typeof serverMetricsSchema>;

const pointSchema = z.strictObject({
  load: loadSchema,
  /** Share of its requests measured; those that started during the warm-up are not. */
  requests: z.strictObject({
    started: count,
    warmUp: count,
    measured: count,
    succeeded: count,
    /** Sent again because the server had closed a kept-alive connection; they count like any other. */
    reopened: count,
    errors: z.partialRecord(z.enum(ERROR_KINDS), count),
    /** The first message of each kind. */
    messages: z.partialRecord(z.enum(ERROR_KINDS), z.string()),
  }),
  /** Requests, warm-up included, whose every count the client keeps: to hold against the server's own. */
  tokens: z.strictObject({ input: count, output: count, statedByServer: z.boolean() }),
  windowSeconds: nonNegative,
  requestsPerSecond: nonNegative,
  outputTokensPerSecond: nonNegative,
  totalTokensPerSecond: nonNegative,
  ttftSeconds: distributionSchema.nullable(),
  tpotSeconds: distributionSchema.nullable(),
  itlSeconds: distributionSchema.nullable(),
  e2eSeconds: distributionSchema.nullable(),
  histograms: z.strictObject({
    ttft: histogramSchema,
    tpot: histogramSchema,
    itl: histogramSchema,
    e2e: histogramSchema,
  }),
  goodput: z
    .strictObject({
      ttftSeconds: nonNegative,
      tpotSeconds: nonNegative,
      requestsPerSecond: nonNegative,
      share: nonNegative,
    })
    .nullable(),
  lengths: z.strictObject({
    askedInput: nonNegative,
    input: nonNegative,
    askedOutput: nonNegative,
    output: nonNegative,
  }),
  /** Of the requests of an open loop, the share served as fast as they came; null where the run is too short to say. */
  servedShare: z.number().min(0).max(1).nullable().default(null),
  /** Means of the first and the last third of the requests, by start. */
  drift: z
    .strictObject({
      ttftFirst: nonNegative,
      ttftLast: nonNegative,
      tpotFirst: nonNegative,
      tpotLast: nonNegative,
    })
    .nullable(),
  client: z.strictObject({
    lagP50Seconds: nonNegative,
    lagP99Seconds: nonNegative,
    /** How late requests left, after the time they were meant to. */
    latenessP99Seconds: nonNegative,
    maxInFlight: count,
    heldBack: count,
  }),
  server: serverMetricsSchema.nullable(),
  observed: observedSchema.nullable(),
  comparisons: z.array(comparisonSchema),
  suspects: z.array(z.string()),
});
export type Point = z.infer<typeof pointSchema>;

/** What of the plan a prediction needs, so that a result can be learned from without its plan. */
export const setupSchema = z.strictObject({
  model: z.string(),
  gpu: z.string(),
  checkpoint: z.enum(CHECKPOINT_KEYS),
  layout: z.strictObject({
    tensorParallel: count,
    pipelineParallel: count,
    dataParallel: count,
    expertParallel: z.boolean(),
  }),
  replicas: count,
  kvCacheDtype: z.enum(['auto', 'fp8']),
  mtpTokens: count,
  maxNumSeqs: count,
  maxNumBatchedTokens: count,
  blockTokens: count,
  prefixCaching: z.boolean(),
  sharedPrefixShare: nonNegative,
  vllmVersion: z.string(),
  /** Room for LoRA adapters; absent without any. */
  adapters: z.strictObject({ layers: z.enum(ADAPTER_LAYERS), slots: count, maxRank: count }).optional(),
});
export type Setup = z.infer<typeof setupSchema>;

/** The document that `bench --out` writes and `--json` prints. */
export const resultSchema = z.strictObject({
  schemaVersion: z.literal(RESULT_SCHEMA_VERSION),
  kind: z.literal('bench-result'),
  startedAt: z.string(),
  plan: z.strictObject({
    name: z.string(),
    sha256: z.string(),
    setup: setupSchema,
    performanceData: z.string(),
  }),
  target: z.strictObject({ url: z.string(), model: z.string(), api: z.enum(APIS), ignoreEos: z.boolean() }),
  demand: z.strictObject({
    name: z.string(),
    seed: z.int(),
    tokensPerWord: nonNegative,
    wrappingTokens: nonNegative,
  }),
  environment: z.strictObject({ program: z.string(), node: z.string(), platform: z.string(), cores: count }),
  notes: z.array(z.string()),
  points: z.array(pointSchema).min(1),
});
export type BenchResult = z.infer<typeof resultSchema>;

/** Two-space JSON in schema order, ending in a newline. */
export const serializeResult = (result: BenchResult): string =>
  `${JSON.stringify(resultSchema.parse(result), null, 2)}\n`;

/** @throws UserError when it is not JSON, not a result, of another version, or damaged */
export function parseResult(text: string, source: string): BenchResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${quote(source)}: not JSON; give files written by 'qwen-selfhost bench --out'`, 2, {
      cause,
    });
  }
  const { kind, schemaVersion } = (json ?? {}) as { kind?: unknown; schemaVersion?: unknown };
  if (kind !== 'bench-result')
    throw new UserError(
      `${quote(source)}: not a benchmark result; give files written by 'qwen-selfhost bench --out'`,
    );
  if (schemaVersion !== RESULT_SCHEMA_VERSION)
    throw new UserError(
      `${quote(source)}: schemaVersion ${JSON.stringify(schemaVersion)}, this program reads ${RESULT_SCHEMA_VERSION}; measure again`,
    );
  const parsed = resultSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new UserError(`${quote(source)}: ${path.join('.') || 'the document'}: ${message}; measure again`);
}
