import type { ServerMetrics } from './result';
import type { Target } from './target';

/** The samples of one metric, over its labels: an engine with data parallelism has one a rank. */
interface Samples {
  readonly sum: number;
  readonly highest: number;
}

/** One reading of a Prometheus page, by metric name. */
export type Reading = ReadonlyMap<string, Samples>;

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{[^}]*\})?\s+(\S+)/;
const MOST_BYTES = 4 * 2 ** 20;
const TIMEOUT_MILLIS = 2000;

/** Reads Prometheus text. */
export function readMetrics(text: string): Reading {
  const read = new Map<string, Samples>();
  for (const line of text.split('\n')) {
    const [, name, written] = LINE.exec(line) ?? [];
    const value = Number(written);
    if (name === undefined || !Number.isFinite(value)) continue;
    const { sum, highest } = read.get(name) ?? { sum: 0, highest: value };
    read.set(name, { sum: sum + value, highest: Math.max(highest, value) });
  }
  return read;
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

function readingOf(reading: Reading, names: readonly string[], of: keyof Samples): number | null {
  for (const name of names) {
    const samples = reading.get(name);
    if (samples !== undefined) return samples[of];
  }
  return null;
}

/** What happened between the first reading and the last; gauges are the highest of all readings. */
export function serverMetrics(readings: readonly Reading[]): ServerMetrics | null {
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined) return null;
  const grown = (names: readonly string[]): number | null => {
    const [before, after] = [readingOf(first, names, 'sum'), readingOf(last, names, 'sum')];
    // A counter that went back belongs to another replica behind the same address, or to one that restarted.
    return before === null || after === null || after < before ? null : after - before;
  };
  /** Of all readings; of requests the ranks' together, of shares that of the fullest rank. */
  const highest = (names: readonly string[], of: keyof Samples = 'sum'): number | null => {
    const values = readings.map((reading) => readingOf(reading, names, of)).filter((value) => value !== null);
    return values.length === 0 ? null : Math.max(...values);
  };
  const queries = grown(NAMES.prefixQueries);
  const hits = grown(NAMES.prefixHits);
  return {
    prefixHitRate: queries !== null && hits !== null && queries > 0 ? Math.min(1, hits / queries) : null,
    preemptions: grown(NAMES.preemptions),
    kvUseMax: highest(NAMES.kvUse, 'highest'),
    runningMax: highest(NAMES.running),
    waitingMax: highest(NAMES.waiting),
    promptTokens: grown(NAMES.promptTokens),
    generatedTokens: grown(NAMES.generatedTokens),
  };
}
