import * as z from 'zod';
import { CHECKPOINT_KEYS } from '../models/checkpoints';
import { layoutSchema } from './option';

const positive = z.number().positive();

const multiplierSchema = z.strictObject({
  /** How many times as long as predicted the part takes. */
  value: positive,
  /** Standard deviation of ln(predicted / measured) that remains. */
  remainingSd: positive,
  /** False: too little was measured, so the value is 1. */
  learned: z.boolean(),
});

/** What the user's own benchmarks of one engine taught; the plan's predictions for its GPU rest on it. */
export const calibrationUseSchema = z.strictObject({
  file: z.string(),
  sha256: z.string(),
  measuredAt: z.string(),
  model: z.string(),
  gpu: z.string(),
  vllmVersion: z.string(),
  checkpoint: z.enum(CHECKPOINT_KEYS),
  layout: layoutSchema,
  kvCacheDtype: z.enum(['auto', 'fp8']),
  mtpTokens: z.number().int().min(0),
  decode: multiplierSchema,
  prefill: multiplierSchema,
  ttft: multiplierSchema,
});
