import type { Plan } from '../../plan/schema';
import { gib, interval, number, seconds, usd } from '../format';
import { gpuName } from './gpu';
import { BASIS } from './latency';
import type { DataTable } from './section';

/** Where every figure comes from, how far it can be trusted, and of which day the data is. */
export function provenanceTable(plan: Plan): DataTable {
  const { cost, choice, memory, predicted, breakEven = [], markets = [], dataDates } = plan;
  const date = (key: string): string => dataDates[key] ?? 'not stated';
  const { simulated } = predicted;
  const model = `step-time model fitted to measurements; ${BASIS[predicted.basis]}`;
  const rows: (readonly [string, string, string, string, string])[] = [
    [
      `${choice.instanceType} an hour, ${choice.market}`,
      usd(cost.instance.usdPerHour),
      cost.instance.evidence,
      cost.instance.source,
      date('catalogue'),
    ],
    ...cost.items.map(
      ({ item, usdPerMonth }) =>
        [
          `${item.replace(' (estimate)', '')} a month`,
          usd(usdPerMonth),
          item.endsWith('(estimate)') ? 'estimate' : cost.instance.evidence,
          item.endsWith('(estimate)') ? 'list prices of us-east-1' : 'machine price times hours',
          item.endsWith('(estimate)') ? date('stackPrices') : date('catalogue'),
        ] as const,
    ),
    ...markets
      .filter(({ market }) => market !== choice.market)
      .map(
        ({ market, usdPerMonth, evidence }) =>
          [
            `the same, ${market}, a month`,
            usd(usdPerMonth),
            evidence,
            'price catalogue',
            date('catalogue'),
          ] as const,
      ),
    [
      'first token, 95th percentile',
      interval(predicted.ttftP95Seconds, seconds),
      predicted.basis,
      model,
      date('performance'),
    ],
    [
      'each token, 95th percentile',
      interval(predicted.tpotP95Seconds, seconds),
      predicted.basis,
      model,
      date('performance'),
    ],
    ...(simulated === undefined
      ? []
      : [
          [
            'share within both targets',
            `${(simulated.goodputShare * 100).toFixed(1)}%`,
            'simulated',
            `${number(simulated.requests)} requests, seed ${simulated.seed}`,
            date('performance'),
          ] as const,
        ]),
    ['weights on one GPU', gib(memory.weightsGiB), ...split(choice.checkpointEvidence), date('models')],
    ['usable memory of one GPU', gib(memory.usableGiB), ...split(memory.usableEvidence), date('gpus')],
    [
      'memory of the engine',
      gib(memory.kvCacheGiB + memory.peakActivationGiB + memory.cudaGraphGiB + memory.otherGiB),
      'computed',
      `the accounting of vLLM ${plan.engine.vllmVersion}`,
      date('models'),
    ],
    [
      `GPUs and network of ${choice.instanceType}`,
      gpuName(choice.gpu),
      'listed',
      'AWS instance types',
      date('instanceTypes'),
    ],
    ...breakEven.map(
      ({ api, inputUsdPerMillion, outputUsdPerMillion, priceSource }) =>
        [
          `${api}, a million tokens`,
          `input ${usd(inputUsdPerMillion)}, output ${usd(outputUsdPerMillion)}`,
          priceSource.startsWith('given') ? 'given' : 'listed',
          priceSource,
          priceSource.startsWith('given') ? 'yours' : date('hostedApis'),
        ] as const,
    ),
  ];
  return {
    caption: 'Where each figure comes from',
    columns: [
      { title: 'figure' },
      { title: 'value', align: 'right' },
      { title: 'how known' },
      { title: 'source' },
      { title: 'data of', align: 'right' },
    ],
    rows,
    flexible: 3,
  };
}

/** `derived: nvidia-smi total less 0.9%` as label and source. */
function split(evidence: string): [string, string] {
  const [label = '', ...rest] = evidence.split(': ');
  return rest.length > 0 ? [label, rest.join(': ')] : ['stated', evidence];
}
