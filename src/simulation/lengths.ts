import { UserError } from '../errors';
import type { LengthDistribution, SimulatedLengths } from './config';
import type { RandomStream } from './random';

const Z_95 = 1.6448536269514722;
/** exp(z^2 / 2): no log-normal has a 95th percentile further above its mean. */
const HEAVIEST_P95_OVER_MEAN = Math.exp((Z_95 * Z_95) / 2);

/** Parameters of the log-normal with this mean and 95th percentile: ln(p95/mean) = z s - s^2/2, the smaller root. */
export function lognormalOf(mean: number, p95: number): { readonly mu: number; readonly sigma: number } {
  const ratio = Math.log(p95 / mean);
  const sigma = Z_95 - Math.sqrt(Math.max(0, Z_95 * Z_95 - 2 * ratio));
  return { mu: Math.log(mean) - (sigma * sigma) / 2, sigma };
}

/** A sampler of whole tokens, at least 1. */
function sampler(lengths: LengthDistribution, random: RandomStream): () => number {
  if (lengths.kind === 'fixed') return () => lengths.tokens;
  const { mu, sigma } = lognormalOf(lengths.mean, lengths.p95);
  return () => Math.max(1, Math.round(Math.exp(mu + sigma * random.normal())));
}

/** Draws prompt and output lengths; the result is the same object every time. */
export function lengthSampler(
  lengths: SimulatedLengths,
  random: RandomStream,
): () => { input: number; output: number } {
  const drawn = { input: 0, output: 0 };
  if (lengths.kind === 'empirical') {
    return () => {
      const pair = lengths.pairs[Math.floor(random.uniform() * lengths.pairs.length)]!;
      [drawn.input, drawn.output] = pair;
      return drawn;
    };
  }
  const input = sampler(lengths.input, random);
  const output = sampler(lengths.output, random);
  return () => {
    drawn.input = input();
    drawn.output = output();
    return drawn;
  };
}

/** @throws UserError for a length that is not a whole number of at least 1, or a spread that no log-normal has */
export function checkLengths(lengths: SimulatedLengths): void {
  if (lengths.kind === 'independent') {
    checkDistribution('input', lengths.input);
    checkDistribution('output', lengths.output);
    return;
  }
  if (lengths.pairs.length === 0) throw new UserError('empirical lengths: no pairs of lengths were given');
  lengths.pairs.forEach(([input, output], i) => {
    checkTokens(`input length of pair ${i + 1}`, input);
    checkTokens(`output length of pair ${i + 1}`, output);
  });
}

function checkDistribution(name: string, lengths: LengthDistribution): void {
  if (lengths.kind === 'fixed') {
    checkTokens(`${name} length`, lengths.tokens);
    return;
  }
  const { mean, p95 } = lengths;
  if (!(mean >= 1 && Number.isFinite(mean)))
    throw new UserError(`mean ${name} length: ${mean} is not a number of at least 1`);
  if (!(p95 >= mean))
    throw new UserError(`${name} length: a 95th percentile of ${p95} lies below the mean of ${mean}`);
  if (p95 > mean * HEAVIEST_P95_OVER_MEAN) {
    const most = Math.floor(mean * HEAVIEST_P95_OVER_MEAN);
    throw new UserError(
      `${name} length: no log-normal of mean ${mean} has a 95th percentile of ${p95}, ${most} at most; give a trace instead`,
    );
  }
}

export function checkTokens(name: string, tokens: number): void {
  if (!(Number.isInteger(tokens) && tokens >= 1))
    throw new UserError(`${name}: ${tokens} is not a whole number of at least 1`);
}
