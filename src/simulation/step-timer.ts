import type { Coefficients } from '../performance/coefficients';
import type { StepFeatures } from '../performance/features';
import { type BatchTerms, batchTerms, decodeStep, mixedStepSeconds } from '../performance/step';

/** What one engine step computes; tokens are summed over sequences. */
export interface StepWork {
  readonly decodeBatch: number;
  /** KV tokens that the decoding sequences attend to. */
  readonly decodeContextTokens: number;
  readonly prefillTokens: number;
  /** Query-key pairs of the prompt chunks: over chunks, tokens x (tokens before it + half of itself). */
  readonly prefillPairs: number;
}

/**
 * How long engine steps take. A decode-only step must be linear in its context, `base + perContextToken x context`
 * at a given batch: that is what lets a run of them be summed in closed form.
 */
export interface StepTimer {
  decodeBaseSeconds(decodeBatch: number): number;
  decodeSecondsPerContextToken(decodeBatch: number): number;
  mixedSeconds(work: StepWork): number;
}

/** Context at which the slope of a decode step is read; any would do, since the step is linear in it. */
const PROBE_CONTEXT_TOKENS = 4096;

/** Steps as the calibrated model has them (`src/performance`), remembered by batch size. */
export class ModelStepTimer implements StepTimer {
  private readonly base: Float64Array;
  private readonly slope: Float64Array;
  private readonly terms: (BatchTerms | undefined)[];

  constructor(
    private readonly features: StepFeatures,
    private readonly coefficients: Coefficients,
    maxNumSeqs: number,
  ) {
    this.base = new Float64Array(maxNumSeqs + 1).fill(Number.NaN);
    this.slope = new Float64Array(maxNumSeqs + 1);
    this.terms = new Array(maxNumSeqs + 1);
  }

  decodeBaseSeconds(decodeBatch: number): number {
    const known = this.base[decodeBatch]!;
    return Number.isNaN(known) ? this.learn(decodeBatch) : known;
  }

  decodeSecondsPerContextToken(decodeBatch: number): number {
    if (Number.isNaN(this.base[decodeBatch]!)) this.learn(decodeBatch);
    return this.slope[decodeBatch]!;
  }

  /**
   * The step model counts the prompts of a step as one; the context before it is chosen such that attention is over
   * the true pairs (it enters linearly, and may be negative when several prompts share a step).
   */
  mixedSeconds(work: StepWork): number {
    const { decodeBatch, decodeContextTokens, prefillTokens, prefillPairs } = work;
    const step = {
      decodeBatch,
      decodeContextTokens: decodeBatch > 0 ? decodeContextTokens / decodeBatch : 0,
      prefillTokens,
      prefillContextTokens: prefillPairs / prefillTokens - prefillTokens / 2,
    };
    this.terms[decodeBatch] ??= batchTerms(this.features, this.coefficients, decodeBatch);
    return mixedStepSeconds(this.features, this.coefficients, step, this.terms[decodeBatch]);
  }

  private learn(batch: number): number {
    const at = (context: number): number =>
      decodeStep(this.features, this.coefficients, batch, context).total;
    const base = at(0);
    this.base[batch] = base;
    this.slope[batch] = (at(PROBE_CONTEXT_TOKENS) - base) / PROBE_CONTEXT_TOKENS / batch;
    return base;
  }
}
