import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentConfig } from '../../stacks/serving-cluster/agent-config';
import {
  DIMENSION,
  EVENT,
  GPU_MEASUREMENTS,
  gpuMetric,
  NAMESPACE,
} from '../../stacks/serving-cluster/metrics';
import { makePlan } from '../stacks/make-plan';
import { type Block, templateOf } from '../stacks/template';
import { FakeMachine, hasPython } from './machine';

const RECORDED = readFileSync(join(__dirname, 'recorded-metrics.txt'), 'utf8');
const plan = makePlan({
  choice: { market: 'spot' },
  risks: ['spot'],
  storage: { weightsOnLocalNvme: false },
});

interface Processor {
  metric_namespace: string;
  metric_declaration: { label_matcher: string; dimensions: string[][]; metric_selectors: string[] }[];
}

/** What the agent sends for a scrape: every series whose name a selector takes, histograms left out. */
function scraped(text: string): string[] {
  const { logs } = agentConfig(plan) as {
    logs: { metrics_collected: { prometheus: { emf_processor: Processor } } };
  };
  const { metric_namespace, metric_declaration } = logs.metrics_collected.prometheus.emf_processor;
  const names = text.split('\n').flatMap((line) => /^([\w:]+)[{ ]/.exec(line)?.[1] ?? []);
  return metric_declaration.flatMap(({ label_matcher, dimensions, metric_selectors }) => {
    expect(new RegExp(label_matcher).test('qwen35-35b')).toBe(true);
    const taken = names.filter((name) =>
      metric_selectors.some((selector) => new RegExp(selector).test(name)),
    );
    return taken.map((name) => `${metric_namespace} ${name} ${dimensions.join('+')}`);
  });
}

/** Every metric of ours that a dashboard, alarm or policy reads. */
function read(): string[] {
  const text = templateOf({
    choice: { market: 'spot' },
    risks: ['spot'],
  });
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      if (value[0] === NAMESPACE) found.push(`${value[0]} ${value[1]} ${value[2]}`);
      for (const item of value) visit(item);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const { namespace, metric_name, dimensions } = value as Block;
    if (namespace === NAMESPACE) {
      const keys = Array.isArray(dimensions)
        ? (dimensions as { name: string }[]).map(({ name }) => name)
        : Object.keys(dimensions as object);
      found.push(`${namespace} ${metric_name} ${keys.join('+')}`);
    }
    for (const item of Object.values(value)) visit(item);
  };
  for (const type of ['aws_cloudwatch_metric_alarm', 'aws_autoscaling_policy']) visit(text.resources(type));
  for (const { dashboard_body } of text.resources('aws_cloudwatch_dashboard')) {
    visit(JSON.parse(dashboard_body as string));
  }
  return [...new Set(found)];
}

(hasPython ? it : it.skip)('every metric that is read is sent, with exactly its dimensions', async () => {
  const machine = await FakeMachine.start(plan, {});
  try {
    machine.health = 200;
    machine.metrics = RECORDED;
    void machine.run('sampler.py');
    await new Promise((resolve) => setTimeout(resolve, 700));
    // The same engine, ten requests later.
    machine.metrics = RECORDED.replaceAll(
      /^(vllm:(?:time_to_first|request_time_per).*_(?:bucket|count).* )(\d+)\.0$/gm,
      (_, series, count) => `${series}${Number(count) + 10}.0`,
    );
    for (let i = 0; i < 100 && !machine.emitted.some((record) => 'TtftP95Seconds' in record); i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const sampled = machine.emitted.flatMap((record) => {
      const { CloudWatchMetrics } = record._aws as {
        CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
      };
      expect(record[DIMENSION]).toBe('qwen35-35b');
      return CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
        Metrics.map(({ Name }) => `${Namespace} ${Name} ${Dimensions.join('+')}`),
      );
    });
    const events = Object.values(EVENT).map((name) => `${NAMESPACE} ${name} ${DIMENSION}`);
    const gpu = GPU_MEASUREMENTS.map((name) => `${NAMESPACE} ${gpuMetric(name)} ${DIMENSION}`);
    const sent = new Set([...scraped(RECORDED), ...sampled, ...events, ...gpu]);
    expect(read().filter((metric) => !sent.has(metric))).toEqual([]);
    expect(read().length).toBeGreaterThan(20);
    const latest = machine.emitted.findLast((record) => 'TtftP95Seconds' in record)!;
    expect(latest).toMatchObject({ TtftRequests: 10, TpotRequests: 10 });
    expect(latest.TtftOverSlo).toBe(0);
  } finally {
    machine.stop();
  }
});
