import type { DurationHistogram } from './histogram';
import type { Distribution } from './result';

/** Exact distribution of the values; sorts them in place. Quantiles interpolate, as numpy's default does. */
export function distributionOf(values: Float64Array): Distribution {
  let sum = 0;
  for (const value of values) sum += value;
  values.sort();
  const quantile = (probability: number): number => {
    const at = probability * (values.length - 1);
    const below = values[Math.floor(at)]!;
    const above = values[Math.ceil(at)]!;
    return below + (above - below) * (at - Math.floor(at));
  };
  return {
    mean: sum / values.length,
    p50: quantile(0.5),
    p90: quantile(0.9),
    p95: quantile(0.95),
    p99: quantile(0.99),
    max: values[values.length - 1]!,
  };
}

export function distributionOfHistogram(histogram: DurationHistogram): Distribution {
  return {
    mean: histogram.sum / histogram.count,
    p50: histogram.quantile(0.5),
    p90: histogram.quantile(0.9),
    p95: histogram.quantile(0.95),
    p99: histogram.quantile(0.99),
    max: histogram.largest,
  };
}
