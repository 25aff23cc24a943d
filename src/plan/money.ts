import * as z from 'zod';
import { MARKETS } from '../requirements/input';
import { PRICE_EVIDENCE } from './price';

/** What a plan says of money and quotas besides its own bill. */
const positive = z.number().positive();
const nonNegative = z.number().min(0);
const count = z.number().int().positive();

export const quotaSchema = z.strictObject({
  code: z.string(),
  name: z.string(),
  region: z.string(),
  vcpus: count,
  /** What the account has, where 'catalog refresh --quotas' read it. */
  account: z.strictObject({ vcpus: z.number().min(0), readOn: z.string() }).optional(),
  /** Text of the request to AWS, growth included. */
  request: z.string(),
});

/** How machines are paid for: the markets, and a reservation of on-demand machines. */
export const PAYMENTS = [...MARKETS, 'capacity-reservation'] as const;

export const marketPriceSchema = z.strictObject({
  market: z.enum(PAYMENTS),
  usdPerMonth: positive,
  upfrontUsd: nonNegative,
  evidence: z.enum(PRICE_EVIDENCE),
  terms: z.string(),
  /** First and last day, where the machines are bought for fixed dates. */
  from: z.string().optional(),
  until: z.string().optional(),
});

export const breakEvenSchema = z.strictObject({
  api: z.string(),
  sameModel: z.boolean(),
  priceSource: z.string(),
  inputUsdPerMillion: nonNegative,
  outputUsdPerMillion: nonNegative,
  apiUsdPerMonth: nonNegative,
  /** Tokens a day, in the planned mix, from which on these machines cost less; null for never. */
  tokensPerDay: nonNegative.nullable(),
  verdict: z.string(),
});
