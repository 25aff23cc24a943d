import type { SimulatedArrivals } from './config';
import type { RandomStream } from './random';

type OpenLoop = Extract<SimulatedArrivals, { requestsPerSecond: number }>;

/** A sampler of gaps between arrivals, seconds, at `requestsPerSecond` on average. */
export function gapSampler(
  arrivals: OpenLoop,
  requestsPerSecond: number,
  random: RandomStream,
): () => number {
  const mean = 1 / requestsPerSecond;
  switch (arrivals.kind) {
    case 'constant':
      return () => mean;
    case 'poisson':
      return () => random.exponential() * mean;
    case 'gamma':
      return () => (random.gamma(arrivals.burstiness) * mean) / arrivals.burstiness;
  }
}
