import * as z from 'zod';
import { quote, UserError } from '../errors';
import { CHECKPOINT_KEYS } from '../models/checkpoints';
import type { Calibration, Multiplier } from '../performance/calibration';
import { FITTED_ON } from '../performance/coefficients';
import { setupSchema } from './result';

export const CALIBRATION_SCHEMA_VERSION = 1;

const learnedSchema = z.strictObject({
  value: z.number().positive().max(20),
  remainingSd: z.number().positive(),
  points: z.int().min(0),
  /** False: left at 1, for the reason in `says`. */
  learned: z.boolean(),
  says: z.string(),
});
export type LearnedMultiplier = z.infer<typeof learnedSchema>;

const { shape } = setupSchema;

/** The document that `calibrate` writes. */
export const calibrationSchema = z.strictObject({
  schemaVersion: z.literal(CALIBRATION_SCHEMA_VERSION),
  kind: z.literal('calibration'),
  /** The engine measured: it says nothing of another. */
  engine: z.strictObject({
    model: z.string(),
    gpu: z.string(),
    checkpoint: z.enum(CHECKPOINT_KEYS),
    layout: shape.layout,
    kvCacheDtype: shape.kvCacheDtype,
    mtpTokens: shape.mtpTokens,
    vllmVersion: z.string(),
  }),
  /** Date of the coefficients that the multipliers multiply. */
  performanceData: z.string(),
  multipliers: z.strictObject({ decode: learnedSchema, prefill: learnedSchema, ttft: learnedSchema }),
  sources: z
    .array(z.strictObject({ sha256: z.string(), startedAt: z.string(), plan: z.string(), points: z.int() }))
    .min(1),
  notes: z.array(z.string()),
});
export type CalibrationFile = z.infer<typeof calibrationSchema>;

/** Two-space JSON in schema order, ending in a newline; the same results give the same bytes. */
export const serializeCalibration = (file: CalibrationFile): string =>
  `${JSON.stringify(calibrationSchema.parse(file), null, 2)}\n`;

/** @throws UserError when it is not JSON, not a calibration, of another version, or damaged */
export function parseCalibration(text: string, source: string): CalibrationFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${quote(source)}: not JSON; write it again with 'qwen-selfhost calibrate'`, 2, {
      cause,
    });
  }
  const parsed = calibrationSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new UserError(
    `${quote(source)}: not a calibration this program reads: ${path.join('.') || 'the document'}: ${message}; write it again with 'qwen-selfhost calibrate'`,
  );
}

/** A calibration file as read. */
export interface ReadCalibration {
  readonly document: CalibrationFile;
  /** Name and SHA-256 of the file. */
  readonly file: string;
  readonly sha256: string;
}

/**
 * What the performance model takes from a file, with what a plan names it by.
 * @throws UserError when the multipliers are of other coefficients than this program's
 */
export function calibrationOf({ document, file, sha256 }: ReadCalibration): Calibration {
  const { multipliers, sources, engine, performanceData } = document;
  if (performanceData !== FITTED_ON)
    throw new UserError(
      `${quote(file)}: it corrects the performance data of ${performanceData}, this program has that of ${FITTED_ON}; run 'qwen-selfhost calibrate' on the same results again`,
    );
  const multiplier = ({ value, remainingSd, learned }: LearnedMultiplier): Multiplier => ({
    value,
    remainingSd,
    learned,
  });
  return {
    file,
    sha256,
    measuredAt: sources.map(({ startedAt }) => startedAt).reduce((last, next) => (next > last ? next : last)),
    ...engine,
    decode: multiplier(multipliers.decode),
    prefill: multiplier(multipliers.prefill),
    ttft: multiplier(multipliers.ttft),
  };
}
