/** A function of a rate, computed once for each. */
export function remembered<T>(of: (rate: number) => T): (rate: number) => T {
  const known = new Map<number, T>();
  return (rate) => {
    let value = known.get(rate);
    if (value === undefined) {
      value = of(rate);
      known.set(rate, value);
    }
    return value;
  };
}
