/** Largest k that a binomial number of `n` with this share exceeds with probability below `rarely`. */
export function rarelyMore(n: number, share: number, rarely: number): number {
  let probability = (1 - share) ** n;
  let above = 1 - probability;
  let k = 0;
  while (above > rarely) {
    probability *= ((n - k) / (k + 1)) * (share / (1 - share));
    k++;
    above -= probability;
  }
  return k;
}
