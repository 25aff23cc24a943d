import type { ServerMetrics } from './result';
import type { Target } from './target';

/** One reading of a Prometheus page: sums over labels, by metric name. */
export type Reading = ReadonlyMap<string, number>;

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{[^}]*\})?\s+(\S+)/;
const MOST_BYTES = 4 * 2 ** 20;
const TIMEOUT_MILLIS = 2000;

/** Reads Prometheus text; samples of one name are summed (an engine with data parallelism has one a rank). */
export function readMetrics(text: string): Reading {
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || !Number.isFinite(Number(value))) continue;
    sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}

/** `/metrics` of the endpoint; null where there is none. The same server as the load, nowhere else. */
export function fetchMetrics(target: Target): Promise<Reading | null> {
  return new Promise((resolve) => {
    const request = target.send(
      // A connection of its own: none of the load's, which may all be taken or just closed.
      { ...target.options('GET', '/metrics', 'root'), agent: false, timeout: TIMEOUT_MILLIS },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          if (text.length < MOST_BYTES) text += part;
        });
        response.on('end', () => resolve(response.statusCode === 200 ? readMetrics(text) : null));
        response.on('error', () => resolve(null));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
    request.end();
  });
}

/** Names in vLLM 0.17 and later, in vLLM's earlier releases, and in llama.cpp's server. */
const NAMES = {
  prefixHits: ['vllm:prefix_cache_hits_total', 'vllm:gpu_prefix_cache_hits_total'],
  prefixQueries: ['vllm:prefix_cache_queries_total', 'vllm:gpu_prefix_cache_queries_total'],
  preemptions: ['vllm:num_preemptions_total'],
  kvUse: ['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc', 'llamacpp:kv_cache_usage_ratio'],
  running: ['vllm:num_requests_running', 'llamacpp:requests_processing'],
  waiting: ['vllm:num_requests_waiting', 'llamacpp:requests_deferred'],
  promptTokens: ['vllm:prompt_tokens_total', 'llamacpp:prompt_tokens_total'],
  generatedTokens: ['vllm:generation_tokens_total', 'llamacpp:tokens_predicted_total'],
} as const satisfies Record<string, readonly string[]>;

function readingOf(reading: Reading, names: readonly string[]): number | null {
  for (const name of names) {
    const value = reading.get(name);
    if (value !== undefined) return value;
  }
  return null;
}

/** What happened between the first reading and the last; gauges are the highest of all readings. */
export function serverMetrics(readings: readonly Reading[]): ServerMetrics | null {
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined) return null;
  const grown = (names: readonly string[]): number | null => {
    const [before, after] = [readingOf(first, names), readingOf(last, names)];
    // A counter that went back belongs to another replica behind the same address, or to one that restarted.
    return before === null || after === null || after < before ? null : after - before;
  };
  const highest = (names: readonly string[]): number | null => {
    const values = readings.map((reading) => readingOf(reading, names)).filter((value) => value !== null);
    return values.length === 0 ? null : Math.max(...values);
  };
  const queries = grown(NAMES.prefixQueries);
  const hits = grown(NAMES.prefixHits);
  return {
    prefixHitRate: queries !== null && hits !== null && queries > 0 ? Math.min(1, hits / queries) : null,
    preemptions: grown(NAMES.preemptions),
    kvUseMax: highest(NAMES.kvUse),
    runningMax: highest(NAMES.running),
    waitingMax: highest(NAMES.waiting),
    promptTokens: grown(NAMES.promptTokens),
    generatedTokens: grown(NAMES.generatedTokens),
  };
}
