/** Quantile by linear interpolation (type 7). NaN for no values. */
export function quantile(values: readonly number[], p: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Lists of items by key, in order of first appearance (Map.groupBy needs Node 21). */
export function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const list = groups.get(key(item));
    if (list) list.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/**
 * Weighted quantile (Hyndman and Fan's type 5, Hazen's): each value stands in the middle of its weight, with straight lines
 * between them. A step function would jump across a gap in the data when a rounding error moves the share. NaN for no values.
 */
export function weightedQuantile(values: readonly number[], weights: readonly number[], p: number): number {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const share = p * weights.reduce((sum, weight) => sum + weight, 0);
  let before = 0;
  let last = Number.NaN;
  let lastMiddle = 0;
  for (const i of order) {
    const middle = before + weights[i]! / 2;
    if (middle >= share)
      return Number.isNaN(last)
        ? values[i]!
        : last + ((values[i]! - last) * (share - lastMiddle)) / (middle - lastMiddle);
    before += weights[i]!;
    last = values[i]!;
    lastMiddle = middle;
  }
  return last;
}

/** How many items share each key. */
export function counts<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const result = new Map<string, number>();
  for (const item of items) result.set(key(item), (result.get(key(item)) ?? 0) + 1);
  return result;
}
