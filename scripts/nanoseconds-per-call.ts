const ROUNDS = 5;

/** Nanoseconds a warm call, the best of a few rounds: other work on the machine only ever adds. */
export function nanosecondsPerCall(calls: number, call: (i: number) => number): number {
  let sink = 0;
  for (let i = 0; i < calls / 4; i++) sink += call(i);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) sink += call(i);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / calls);
  }
  if (!Number.isFinite(sink)) throw new Error('a result is not a number');
  return best;
}
