import type { RequestTable } from './request-table';

const SPANS = 100;

/**
 * Output tokens per second in each of a hundred equal spans of a run. A request's tokens after its first come evenly
 * until its end; all tokens are counted once.
 */
export function throughputBySpan(requests: RequestTable, durationSeconds: number): Float64Array {
  const tokens = new Float64Array(SPANS);
  const span = durationSeconds / SPANS;
  const spanOf = (seconds: number): number => Math.min(Math.floor(seconds / span), SPANS - 1);
  for (let i = 0; i < requests.count; i++) {
    const first = requests.firstTokenSeconds[i]!;
    const finish = requests.finishSeconds[i]!;
    const later = requests.outputTokens[i]! - 1;
    const start = spanOf(first);
    tokens[start]! += 1;
    if (later === 0) continue;
    const perSecond = later / (finish - first);
    const end = spanOf(finish);
    for (let at = start; at <= end; at++) {
      const from = at === start ? first : at * span;
      const to = at === end ? finish : (at + 1) * span;
      tokens[at]! += perSecond * (to - from);
    }
  }
  return tokens.map((count) => count / span);
}
