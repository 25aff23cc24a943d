import { type Json, read, write } from './files';

/** Observations and vectors that only tests read. */
export function copyTestData(): void {
  for (const name of [
    'vllm-memory-observations',
    'throughput-observations',
    'performance-model-test-vectors',
  ]) {
    write(`test/data/${name}.json`, JSON.parse(read(`${name}.json`)), name.startsWith('throughput') ? 0 : 1);
  }
}

/** Worked KV layouts of every model, the table that `poolLayout` is tested against. */
export function copyKvLayouts(): void {
  const source = JSON.parse(read('qwen35-models.json')) as {
    generated: string;
    models: Record<string, Json>;
  };
  const models = Object.fromEntries(
    Object.entries(source.models).map(([name, { kv, tp_validity }]) => [
      name,
      { kv, tpValidity: tp_validity },
    ]),
  );
  write('test/data/qwen35-kv-layouts.json', { asOf: source.generated, models });
}
