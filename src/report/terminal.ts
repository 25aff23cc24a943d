import { createColors } from 'picocolors';
import type { Plan } from '../plan/schema';
import { interval, number, plural, seconds, usd } from './format';
import { breakEvenRows, marketLines, mixLines } from './money';
import { table, wrap } from './table';

export interface TerminalOptions {
  readonly columns: number;
  readonly colour: boolean;
}

const NARROWEST = 60;
const WIDEST = 120;
const REJECTIONS_SHOWN = 8;

const BASIS: Readonly<Record<Plan['predicted']['basis'], string>> = {
  measured: 'measured: this model on this GPU is in the data',
  related: 'related: this GPU was measured with other models',
  datasheet: 'datasheet: nothing like it was measured on this GPU',
};

/** A plan for the person at the terminal: the answer, what it rests on, what else there is. */
export function terminalReport(plan: Plan, options: TerminalOptions): string {
  const columns = Math.min(Math.max(options.columns, NARROWEST), WIDEST);
  const colours = createColors(options.colour);
  const heading = (text: string): string => `\n${colours.bold(text)}\n`;
  const facts = (rows: readonly (readonly [string, string])[]): string => {
    const width = Math.max(...rows.map(([label]) => label.length)) + 4;
    return rows
      .map(
        ([label, value]) =>
          `  ${colours.dim(label.padEnd(width - 2))}${wrap(value, columns - width, ' '.repeat(width))}\n`,
      )
      .join('');
  };
  const bullets = (texts: readonly string[]): string =>
    texts.map((text) => `  - ${wrap(text, columns - 4, '    ')}\n`).join('');

  return [
    `${colours.bold(wrap(plan.summary, columns))}\n`,
    ...(plan.notes.length > 0 ? [heading('Understood'), bullets(plan.notes)] : []),
    heading('Choice'),
    facts(choiceFacts(plan)),
    heading('What users will feel (80% interval)'),
    facts(predictionFacts(plan)),
    heading('Memory per GPU'),
    facts(memoryFacts(plan)),
    heading('Cost'),
    facts(costFacts(plan)),
    ...(plan.alternatives.length > 0
      ? [
          heading('Alternatives'),
          bullets(
            plan.alternatives.map(
              (a) =>
                `${a.kind}: ${a.option.instances} x ${a.option.instanceType} ${a.option.checkpoint}. ${a.tradeOff}`,
            ),
          ),
        ]
      : []),
    ...(plan.bestCost && plan.bestCost.whyNot !== null
      ? [heading('Best cost'), bullets([bestCostLine(plan.bestCost)])]
      : []),
    ...(mixLines(plan).length > 0 ? [heading('A mix of fleets'), bullets(mixLines(plan))] : []),
    ...(marketLines(plan).length > 0 ? [heading('Bought otherwise'), bullets(marketLines(plan))] : []),
    ...(breakEvenRows(plan).length > 0
      ? [
          heading('Against hosted APIs (list prices; break-even in tokens a day)'),
          table(['API', 'a month', 'from', 'verdict'], breakEvenRows(plan), {
            columns,
            indent: '  ',
            rightAligned: [1, 2],
          }),
        ]
      : []),
    ...((plan.quotas ?? []).length > 0
      ? [heading('Quota to ask for'), bullets(plan.quotas!.map(({ request }) => request))]
      : []),
    heading(
      `Why not (${Math.min(REJECTIONS_SHOWN, plan.rejected.length)} of ${plan.rejected.length}, the closest; all are in the plan)`,
    ),
    table(
      ['instance type', 'stopped by', 'reason'],
      plan.rejected.slice(0, REJECTIONS_SHOWN).map((r) => [r.instanceType, r.filter, r.reason]),
      { columns, indent: '  ' },
    ),
    heading('Risks'),
    bullets(plan.risks.map((risk) => colours.yellow(risk))),
  ].join('');
}

function bestCostLine({ option, whyNot }: NonNullable<Plan['bestCost']>): string {
  const beyond = option.extras && option.extras.length > 0 ? ` with ${option.extras.join(' and ')}` : '';
  return `${option.instances} x ${option.instanceType} ${option.checkpoint}${beyond} in ${option.region} cost ${usd(option.usdPerMonth)} a month; not recommended: ${whyNot}`;
}

/** One line of the day: runs of hours with the same number of machines. */
function dayLine(hours: readonly number[]): string {
  const runs: string[] = [];
  for (let from = 0; from < hours.length; ) {
    let to = from + 1;
    while (to < hours.length && hours[to] === hours[from]) to++;
    runs.push(`${from}-${to} h: ${hours[from]}`);
    from = to;
  }
  return `${runs.join(', ')} (UTC)`;
}

type Facts = readonly (readonly [string, string])[];

function choiceFacts({ choice, engine, requirements, scaling }: Plan): Facts {
  const { layout } = choice;
  const parts = [
    `tensor parallel ${layout.tensorParallel}`,
    ...(layout.dataParallel > 1 ? [`data parallel ${layout.dataParallel}`] : []),
    ...(layout.expertParallel ? ['expert parallel'] : []),
    ...(layout.pipelineParallel > 1 ? [`pipeline parallel ${layout.pipelineParallel}`] : []),
  ];
  return [
    [
      'machines',
      `${choice.instances} x ${choice.instanceType} (${plural(choice.gpusPerInstance, `${choice.gpu} GPU`)} each), ${choice.region}, ${choice.market}`,
    ],
    ['zones', choice.zoneIds.join(', ')],
    ['model', `${choice.hfId} (${choice.checkpoint}; size ${choice.checkpointEvidence})`],
    [
      'layout',
      `${parts.join(', ')}; ${plural(choice.replicasPerInstance, 'replica')} a machine, ${choice.replicas} in all`,
    ],
    [
      'engine',
      `vLLM ${engine.vllmVersion}, context ${number(engine.maxModelLen)} tokens, at most ${engine.maxNumSeqs} sequences a replica, ${engine.maxNumBatchedTokens} tokens a step`,
    ],
    ...(scaling.hourlyInstances ? [['machines a day', dayLine(scaling.hourlyInstances)] as const] : []),
    [
      'load',
      `${number(requirements.workload.requestsPerSecond)} requests/s of ${number(requirements.workload.inputTokens.mean)} in, ${number(requirements.workload.outputTokens.mean)} out (mean tokens)`,
    ],
  ];
}

const simulatedText = (s: NonNullable<Plan['predicted']['simulated']>): string =>
  `TTFT p95 ${seconds(s.ttftP95Seconds)}${s.tpotP95Seconds === null ? '' : `, TPOT p95 ${seconds(s.tpotP95Seconds)}`}; ${(s.goodputShare * 100).toFixed(1)}% of ${number(s.requests)} requests within both targets`;

function predictionFacts({ predicted, requirements, choice }: Plan): Facts {
  const { slo } = requirements;
  return [
    ['TTFT p95', `${interval(predicted.ttftP95Seconds, seconds)}, wanted ${seconds(slo.ttftP95Seconds)}`],
    ['TPOT p95', `${interval(predicted.tpotP95Seconds, seconds)}, wanted ${seconds(slo.tpotP95Seconds)}`],
    [
      'output',
      `${number(predicted.outputTokensPerSecond.expected)} tokens/s in all, ${number(predicted.concurrencyPerReplica)} requests in flight a replica`,
    ],
    [
      'capacity',
      `${number(predicted.capacityRequestsPerSecondPerReplica * choice.replicas)} requests/s within the SLO; ${Math.round(predicted.utilisation * 100)}% used; limited by ${predicted.limitedBy}`,
    ],
    ...(predicted.simulated === undefined
      ? []
      : [['simulated', simulatedText(predicted.simulated)] as const]),
    ['basis', BASIS[predicted.basis]],
  ];
}

function memoryFacts({ memory, engine }: Plan): Facts {
  const gib = (value: number): string => `${number(value)} GiB`;
  return [
    ['usable', `${gib(memory.usableGiB)} (${memory.usableEvidence})`],
    [
      'used by',
      `weights ${gib(memory.weightsGiB)}, KV cache ${gib(memory.kvCacheGiB)}, activations ${gib(memory.peakActivationGiB)}, CUDA graphs ${gib(memory.cudaGraphGiB)}, other ${gib(memory.otherGiB)}; ${gib(memory.marginGiB)} stay free`,
    ],
    [
      'pool',
      `${number(memory.poolBlocks)} blocks of ${memory.blockTokens} tokens: ${number(memory.maxLenSequences)} sequences of ${number(engine.maxModelLen)} tokens at once`,
    ],
  ];
}

function costFacts({ cost }: Plan): Facts {
  return [
    [
      'a month',
      `${usd(cost.usdPerMonth)} (${usd(cost.usdPerHour)} an hour): ${cost.items.map((item) => `${item.item} ${usd(item.usdPerMonth)}`).join(', ')}`,
    ],
    [
      'price',
      `${usd(cost.instance.usdPerHour)} a machine hour, ${cost.instance.evidence} (${cost.instance.source})`,
    ],
    [
      'per million',
      `tokens at this load: input ${usd(cost.usdPerMillionTokens.input)}, output ${usd(cost.usdPerMillionTokens.output)}`,
    ],
  ];
}
