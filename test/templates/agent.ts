import { parse } from 'yaml';

/** As much of the CloudWatch agent's configuration as decides what becomes of a scrape. */
interface AgentConfig {
  logs: { metrics_collected: { prometheus: { emf_processor: Processor } } };
}
interface Processor {
  metric_namespace: string;
  metric_declaration: {
    source_labels: string[];
    label_matcher: string;
    dimensions: string[][];
    metric_selectors: string[];
  }[];
}
interface ScrapeConfig {
  scrape_configs: { static_configs: { targets: string[]; labels: Record<string, string> }[] }[];
}

/** One sample of a metric, as CloudWatch gets it. */
export interface Sent {
  readonly metric: string;
  readonly kind: 'gauge' | 'counter';
  readonly value: number;
}

const SERIES = /^([\w:]+)(\{[^}]*\})? (\S+)$/;

/**
 * What the agent sends for successive scrapes of one engine (plugins/inputs/prometheus in its repository): gauges as they
 * are, counters by what was added (nothing for the first sight; all of it after a restart), histograms never.
 */
export function agentSends(config: unknown, prometheusYaml: string, scrapes: readonly string[]): Sent[] {
  const { metric_namespace, metric_declaration } = (config as AgentConfig).logs.metrics_collected.prometheus
    .emf_processor;
  const [job] = (parse(prometheusYaml) as ScrapeConfig).scrape_configs;
  const { labels } = job!.static_configs[0]!;
  const before = new Map<string, number>();
  const sent: Sent[] = [];
  for (const text of scrapes) {
    const kinds = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => [name!, kind!]),
    );
    for (const line of text.split('\n')) {
      const [, name = '', own = '', figure = ''] = SERIES.exec(line) ?? [];
      const kind = kinds.get(name);
      if (kind !== 'gauge' && kind !== 'counter') continue;
      const series = name + own;
      const value = Number(figure);
      const last = before.get(series);
      before.set(series, value);
      if (kind === 'counter' && last === undefined) continue;
      const reported = kind === 'gauge' ? value : value >= last! ? value - last! : value;
      for (const { source_labels, label_matcher, dimensions, metric_selectors } of metric_declaration) {
        const matched = source_labels.map((label) => labels[label] ?? '').join(';');
        if (!new RegExp(label_matcher).test(matched)) continue;
        if (!metric_selectors.some((selector) => new RegExp(selector).test(name))) continue;
        for (const set of dimensions) {
          // A dimension that the series does not have: the agent sends nothing under this set.
          if (!set.every((label) => label in labels)) continue;
          sent.push({ metric: `${metric_namespace} ${name} ${set.join('+')}`, kind, value: reported });
        }
      }
    }
  }
  return sent;
}
