import type { Plan } from '../../src/plan/schema';
import { CloudwatchDashboard } from '../aws';
import { Construct } from '../cdk';
import { literalAround } from '../literal';
import type { FrontDoor } from './front-door';
import { DIMENSION, ENGINE, gpuMetric, LATENCY, NAMESPACE } from './metrics';
import { rankName, targetPerRank } from './replicas';

interface Line {
  readonly label: string;
  readonly value: number;
}

const HEIGHT = 6;
const WIDTH = 8;
const PER_ROW = 3;
/** Stand where only Terraform knows the name. */
const DOOR_MARK = '@DOOR@';
const GROUP_MARK = '@GROUP@';

/**
 * What one machine costs with its share of all else (volumes, load balancer, way out): times the planned number it is the
 * planned cost, which the graph draws beside it.
 */
function usdPerMachineHour({ cost, scaling, choice }: Plan): number {
  const hours = scaling.hourlyInstances ?? [choice.instances];
  const planned = hours.reduce((sum, machines) => sum + machines, 0) / hours.length;
  return Number((cost.usdPerHour / planned).toFixed(4));
}

/** Measured beside predicted: each figure of the plan is a line in the graph of what it predicts. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, plan: Plan, groupName: string, door: FrontDoor) {
    super(scope, id);
    const { predicted, cost, requirements } = plan;
    const ranks = plan.choice.layout.dataParallel;
    const ours = (name: string, stat: string, label: string) => [
      NAMESPACE,
      name,
      DIMENSION,
      GROUP_MARK,
      { stat, label },
    ];
    const hidden = (metric: string[], metricId: string, stat: string) => [
      ...metric,
      { stat, id: metricId, visible: false },
    ];
    const engine = (name: string) => [NAMESPACE, name, DIMENSION, GROUP_MARK];
    const latency = (
      measure: keyof typeof LATENCY,
      seconds: typeof predicted.ttftP95Seconds,
      slo: number,
    ) => ({
      title: measure === 'ttft' ? 'Time to first token (s)' : 'Time per output token (s)',
      metrics: [
        ours(LATENCY[measure].p50, 'Average', 'p50'),
        ours(LATENCY[measure].p95, 'Average', 'p95'),
        ours(LATENCY[measure].p95, 'Maximum', 'p95 of the slowest machine'),
      ],
      lines: [
        { label: 'SLO', value: slo },
        { label: 'predicted p95', value: seconds.expected },
        { label: 'predicted p95, upper bound', value: seconds.high },
      ],
    });
    const graphs: { title: string; metrics: unknown[]; lines?: Line[] }[] = [
      latency('ttft', predicted.ttftP95Seconds, requirements.slo.ttftP95Seconds),
      latency('tpot', predicted.tpotP95Seconds, requirements.slo.tpotP95Seconds),
      {
        title: 'Tokens per second',
        metrics: [
          [{ expression: 'out / PERIOD(out)', label: 'generated' }],
          [{ expression: 'in / PERIOD(in)', label: 'prompt' }],
          hidden(engine(ENGINE.generatedTokens), 'out', 'Sum'),
          hidden(engine(ENGINE.promptTokens), 'in', 'Sum'),
        ],
        lines: [{ label: 'predicted output at full load', value: predicted.outputTokensPerSecond.expected }],
      },
      {
        title: `Requests per ${rankName(plan)}`,
        metrics: [ours(ENGINE.running, 'Average', 'running'), ours(ENGINE.waiting, 'Average', 'waiting')],
        lines: [
          { label: 'scaling target', value: targetPerRank(plan) },
          { label: 'max-num-seqs', value: plan.engine.maxNumSeqs },
          { label: 'predicted at planned load', value: predicted.concurrencyPerReplica / ranks },
        ],
      },
      {
        title: 'KV cache in use and preemptions',
        metrics: [ours(ENGINE.kvUse, 'Average', 'KV cache'), ours(ENGINE.preemptions, 'Sum', 'preemptions')],
      },
      {
        title: 'Prefix cache: share of tokens found',
        metrics: [
          [{ expression: 'IF(q > 0, h / q, 0)', label: 'hits' }],
          hidden(engine(ENGINE.prefixHits), 'h', 'Sum'),
          hidden(engine(ENGINE.prefixQueries), 'q', 'Sum'),
        ],
        lines: [{ label: 'planned shared prefix', value: requirements.workload.sharedPrefixShare }],
      },
      {
        title: 'GPU',
        metrics: [
          ours(gpuMetric('utilization_gpu'), 'Average', 'utilisation (%)'),
          ours(gpuMetric('power_draw'), 'Average', 'power (W)'),
          ours(gpuMetric('temperature_gpu'), 'Maximum', 'hottest (C)'),
        ],
      },
      {
        title: 'Machines in service, and their cost per hour (USD)',
        metrics: [
          ['AWS/AutoScaling', 'GroupInServiceInstances', DIMENSION, GROUP_MARK, { id: 'n', stat: 'Average' }],
          [{ expression: `n * ${usdPerMachineHour(plan)}`, label: 'USD per hour' }],
        ],
        lines: [{ label: 'planned USD per hour', value: cost.usdPerHour }],
      },
      {
        title: 'Requests and errors at the load balancer',
        metrics: [
          ['AWS/ApplicationELB', 'RequestCount', 'LoadBalancer', DOOR_MARK, { stat: 'Sum' }],
          ['AWS/ApplicationELB', 'HTTPCode_ELB_5XX_Count', 'LoadBalancer', DOOR_MARK, { stat: 'Sum' }],
          ours(ENGINE.finished, 'Sum', 'finished'),
        ],
      },
    ];
    const widgets = graphs.map(({ title, metrics, lines }, index) => ({
      type: 'metric',
      x: (index % PER_ROW) * WIDTH,
      y: Math.floor(index / PER_ROW) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: {
        title,
        region: plan.choice.region,
        period: 60,
        view: 'timeSeries',
        metrics,
        ...(lines === undefined ? {} : { annotations: { horizontal: lines } }),
      },
    }));
    new CloudwatchDashboard(this, 'board', {
      dashboardName: `qwen-selfhost-${plan.name}`,
      dashboardBody: literalAround(JSON.stringify({ widgets }), {
        [DOOR_MARK]: door.arnSuffix,
        [GROUP_MARK]: groupName,
      }),
    });
  }
}
