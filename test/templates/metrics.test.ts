import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIMENSION, EVENT, LATENCY, NAMESPACE } from '../../stacks/serving-cluster/metrics';
import { makePlan } from '../stacks/make-plan';
import { type Block, Template } from '../stacks/template';
import { agentSends } from './agent';
import { FakeMachine, hasPython } from './machine';

/** vLLM 0.33's own answer for 124 requests of known latencies (scripts/vllm-releases/record_metrics.py). */
const RECORDED = readFileSync(join(__dirname, 'recorded-metrics.txt'), 'utf8');
const TEMPLATES = join(__dirname, '..', '..', 'templates');
const HISTOGRAM = /^(vllm:\w+_(?:bucket|count|sum)\{.*\}) (\S+)$/gm;
/** The same engine with every histogram's counts changed. */
const counting = (change: (count: number) => number, started = 1.7e9): string =>
  `${RECORDED.replaceAll(HISTOGRAM, (_, series, count) => `${series} ${change(Number(count))}`)}process_start_time_seconds ${started}\n`;

/** What vLLM adds where it serves adapters, one series for each mixture that it has seen. */
const ADAPTERS_LISTED = `
# HELP vllm:lora_requests_info Running stats on lora requests.
# TYPE vllm:lora_requests_info gauge
vllm:lora_requests_info{max_lora="4",running_lora_adapters="support,legal",waiting_lora_adapters=""} 1.7900000001e+09
vllm:lora_requests_info{max_lora="4",running_lora_adapters="",waiting_lora_adapters="legal"} 1.7900000002e+09
`;

const plan = makePlan({
  choice: { market: 'spot' },
  risks: ['spot: longer requests are lost'],
  storage: { weightsOnLocalNvme: false },
});
const template = new Template(plan);

/** Every metric of ours that a dashboard, alarm or policy reads, and the statistics that it takes of it. */
function read(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const add = (metric: string, statistic: unknown) => {
    expect(typeof statistic).toBe('string');
    found.set(metric, (found.get(metric) ?? new Set()).add(statistic as string));
  };
  const visit = (value: unknown, statistic?: unknown): void => {
    if (Array.isArray(value)) {
      if (value[0] === NAMESPACE) add(`${value[0]} ${value[1]} ${value[2]}`, (value.at(-1) as Block).stat);
      for (const item of value) visit(item, statistic);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const block = value as Block;
    const { namespace, metric_name, dimensions } = block;
    const taken = block.statistic ?? block.stat ?? statistic;
    if (namespace === NAMESPACE) {
      const keys = Array.isArray(dimensions)
        ? (dimensions as { name: string }[]).map(({ name }) => name)
        : Object.keys(dimensions as object);
      add(`${namespace} ${metric_name} ${keys.join('+')}`, taken);
    }
    for (const item of Object.values(block)) visit(item, taken);
  };
  for (const type of ['aws_cloudwatch_metric_alarm', 'aws_autoscaling_policy']) {
    visit(template.resources(type));
  }
  for (const { dashboard_body } of template.resources('aws_cloudwatch_dashboard')) {
    visit(JSON.parse(dashboard_body as string));
  }
  return found;
}

interface Emf {
  readonly CloudWatchMetrics: {
    Namespace: string;
    Dimensions: string[][];
    Metrics: { Name: string; Unit: string }[];
  }[];
}

/** What the sampler sends for successive scrapes, each shown until it has been read; null breaks off. */
async function sampled(scrapes: readonly (string | null)[]): Promise<Record<string, unknown>[]> {
  const machine = await FakeMachine.start(plan, {});
  try {
    machine.health = 200;
    void machine.run('sampler.py');
    // The first sight only sets the starting point, and what breaks off says nothing.
    let expected = -1;
    for (const text of scrapes) {
      machine.breaksOff = text === null;
      machine.metrics = text ?? machine.metrics;
      if (text !== null) expected += 1;
      await machine.seen('/metrics');
      for (let i = 0; machine.emitted.length < expected && i < 400; i += 1) {
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
    return machine.emitted.slice(0, expected);
  } finally {
    machine.stop();
  }
}

const scraped = agentSends(
  JSON.parse(template.machineFile('/etc/qwen-selfhost/agent.json')),
  template.machineFile('/etc/qwen-selfhost/prometheus.yaml'),
  [RECORDED, RECORDED],
);

(hasPython ? describe : describe.skip)('metrics', () => {
  it('every one that is read is sent, with exactly its dimensions and a statistic that suits it', async () => {
    const [record] = await sampled([counting(() => 0), counting((count) => count)]);
    const { CloudWatchMetrics } = record!._aws as Emf;
    expect(record![DIMENSION]).toBe('qwen35-35b');
    const own = CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Metrics.map(({ Name, Unit }) => ({ metric: `${Namespace} ${Name} ${Dimensions.join('+')}`, Unit })),
    );
    const kinds = new Map<string, 'gauge' | 'counter'>(scraped.map(({ metric, kind }) => [metric, kind]));
    for (const { metric, Unit } of own) {
      expect(Unit).toBe(metric.includes('Seconds ') ? 'Seconds' : 'Count');
      kinds.set(metric, Unit === 'Seconds' ? 'gauge' : 'counter');
    }
    // life.test.ts sees each of them sent; here, that none is named which no program sends.
    const programs = readdirSync(TEMPLATES).filter((name) => name.endsWith('.py'));
    const sent = programs.flatMap((name) => [
      ...readFileSync(join(TEMPLATES, name), 'utf8').matchAll(/emit\((?:self\.)?config, \{"(\w+)": 1\}\)/g),
    ]);
    for (const [, name] of sent) kinds.set(`${NAMESPACE} ${name} ${DIMENSION}`, 'counter');
    expect([...new Set(sent.map(([, name]) => name))].sort()).toEqual(Object.values(EVENT).sort());
    // The agent prefixes what it reads of `nvidia-smi` and sends it under each set of dimensions asked for.
    const { metrics } = JSON.parse(template.machineFile('/etc/qwen-selfhost/agent.json'));
    const { nvidia_gpu } = metrics.metrics_collected;
    expect(nvidia_gpu.append_dimensions).toEqual({ [DIMENSION]: 'qwen35-35b' });
    for (const set of metrics.aggregation_dimensions as string[][]) {
      for (const name of nvidia_gpu.measurement as string[]) {
        kinds.set(`${metrics.namespace} nvidia_smi_${name} ${set.join('+')}`, 'gauge');
      }
    }
    const wanted = read();
    expect([...wanted.keys()].filter((metric) => !kinds.has(metric))).toEqual([]);
    expect(wanted.size).toBeGreaterThan(20);
    // What is added up must be what was added since the last sample, and the other way round.
    const suits = { counter: ['Sum'], gauge: ['Average', 'Maximum', 'SampleCount'] };
    for (const [metric, statistics] of wanted) {
      expect([metric, [...statistics].filter((one) => !suits[kinds.get(metric)!].includes(one))]).toEqual([
        metric,
        [],
      ]);
    }
  });

  it('percentiles and shares over the SLO are those of the known latencies, within their buckets', async () => {
    const [record] = await sampled([counting(() => 0), counting((count) => count)]);
    const sorted = Array.from({ length: 124 }, (_, number) => number);
    const exact = (share: number, of: (number: number) => number) => of(sorted[Math.ceil(share * 124) - 1]!);
    const ttft = (number: number) => 0.05 + 0.02 * number;
    const tpot = (number: number) => 0.006 + 0.0005 * number;
    // 48 requests took at most 1 s and 123 at most 2.5 s: rank 62 lies at 1 + 1.5 * 14 / 75, rank 117.8 at 1 + 1.5 * 69.8 / 75.
    expect(record!.TtftP50Seconds).toBeCloseTo(1.28, 6);
    expect(record!.TtftP95Seconds).toBeCloseTo(2.396, 6);
    expect(record!.TtftP50Seconds).toBeCloseTo(exact(0.5, ttft), 1);
    expect(record!.TtftP95Seconds).toBeCloseTo(exact(0.95, ttft), 1);
    // Above 2 s, the plan's SLO, lie the last 26.
    expect(record!.TtftOverSlo).toBeCloseTo(sorted.filter((number) => ttft(number) > 2).length, 0);
    // vLLM's buckets of 25, 50 and 75 ms: the median and the 95th percentile are off by less than one of them.
    expect(Math.abs((record!.TpotP50Seconds as number) - exact(0.5, tpot))).toBeLessThan(0.002);
    expect(Math.abs((record!.TpotP95Seconds as number) - exact(0.95, tpot))).toBeLessThan(0.01);
    expect(record!.TpotOverSlo).toBeCloseTo(sorted.filter((number) => tpot(number) > 0.05).length, 0);
    expect(record).toMatchObject({ TtftRequests: 124, TpotRequests: 124 });
  });

  it('an engine that restarts counts from nothing, whether or not it has passed its old counts', async () => {
    const double = counting((count) => 2 * count);
    const fewer = counting((count) => Math.floor(count / 2), 1.8e9);
    const morePassedUnseen = counting((count) => count, 1.9e9);
    const records = await sampled([counting((count) => count), double, fewer, morePassedUnseen]);
    const halved = Math.floor(124 / 2);
    expect(records.map(({ TtftRequests }) => TtftRequests)).toEqual([124, halved, 124]);
    expect(records[2]![LATENCY.ttft.p95]).toBeCloseTo(2.396, 6);
  });

  it('an answer that breaks off loses its interval, not the sampler', async () => {
    const records = await sampled([counting((count) => count), null, counting((count) => 2 * count)]);
    expect(records.map(({ TtftRequests }) => TtftRequests)).toEqual([124]);
  });

  it('counts requests of adapters with all others: vLLM labels them with the name of the model', async () => {
    // vllm/v1/metrics/loggers.py: every series has model_name, which is served_model_name; adapters are listed apart.
    const with_ = (text: string) => `${text}${ADAPTERS_LISTED}`;
    const [record] = await sampled([with_(counting(() => 0)), with_(counting((count) => count))]);
    expect(record).toMatchObject({ TtftRequests: 124, TpotRequests: 124 });
    const config = JSON.parse(template.machineFile('/etc/qwen-selfhost/agent.json'));
    const yaml = template.machineFile('/etc/qwen-selfhost/prometheus.yaml');
    expect(agentSends(config, yaml, [with_(RECORDED), with_(RECORDED)])).toEqual(scraped);
  });

  it('sends nothing of requests that did not happen', async () => {
    const [record] = await sampled([counting((count) => count), counting((count) => count)]);
    expect(record).toMatchObject({ TtftRequests: 0, TtftOverSlo: 0, TpotRequests: 0, TpotOverSlo: 0 });
    expect(record).not.toHaveProperty(LATENCY.ttft.p95);
  });
});

it('counters reach CloudWatch as what was added, also over a restart', () => {
  const config = JSON.parse(template.machineFile('/etc/qwen-selfhost/agent.json'));
  const yaml = template.machineFile('/etc/qwen-selfhost/prometheus.yaml');
  const tokens = (count: number) =>
    RECORDED.replace(/^(vllm:generation_tokens_total\{.*\}) \S+$/m, `$1 ${count}`);
  const sent = agentSends(config, yaml, [tokens(100), tokens(250), tokens(40)]);
  const values = sent.filter(({ metric }) => metric.includes('generation_tokens')).map(({ value }) => value);
  expect(values).toEqual([150, 40]);
});
