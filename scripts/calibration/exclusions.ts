/** Rows left out of the fit: exactly those that performance-model.md section 7 names, by id and reason. */
const ids = (...numbers: number[]): string[] => numbers.map((n) => `obs-${String(n).padStart(4, '0')}`);
const range = (from: number, to: number): string[] =>
  ids(...Array.from({ length: to - from + 1 }, (_, i) => from + i));

interface Exclusion {
  readonly reason: string;
  readonly ids: readonly string[];
  /** The range of ids also holds rows of other models, which stay in. */
  readonly modelKey?: string;
}

const EXCLUSIONS: readonly Exclusion[] = [
  {
    reason:
      '235B FP8 on H200, nvidia-aic-internal: TP1 is impossible, TPOT is flat in load (judged partly by misfit)',
    ids: range(1166, 1216),
    modelKey: 'qwen3-235b-a22b',
  },
  {
    reason: 'gpu_count is not tp x dp: replicas unknown',
    ids: [
      ...ids(2106),
      ...range(2122, 2125),
      ...range(2130, 2133),
      ...range(2137, 2139),
      ...range(2144, 2147),
    ],
  },
  {
    reason: '35B ShareGPT burst: start-up stall, probably Triton autotune (seen in the residuals)',
    ids: ids(2192, 2194, 2195, 2196, 2197),
  },
  {
    reason: 'first request at a new context: prefill inside the decode window',
    ids: ids(345, 353, 416, 424),
  },
  { reason: '96 GPUs, saturated', ids: ids(2353) },
  { reason: 'no concurrency stated', ids: ids(1139, 1140, 1141, 2349) },
  { reason: 'queued or eager run at 1M context', ids: range(2345, 2348) },
  { reason: 'AWQ with MTP: pathology at long context', ids: range(46, 50) },
  { reason: 'DFlash drafter, not MTP', ids: range(368, 370) },
];

/** Why a row is left out of the fit, or null when it is used. */
export function exclusionReason(id: string, modelKey: string): string | null {
  const found = EXCLUSIONS.find(
    (e) => e.ids.includes(id) && (e.modelKey === undefined || e.modelKey === modelKey),
  );
  return found?.reason ?? null;
}
