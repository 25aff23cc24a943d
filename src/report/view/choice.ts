import type { Plan } from '../../plan/schema';
import { number, plural, rate } from '../format';
import { dayText, machineCount } from './day';
import { gpuName } from './gpu';
import type { Fact } from './section';

/** What is chosen: machines, model, layout, engine, load. */
export function choiceFacts(plan: Plan): Fact[] {
  const { choice, engine, requirements } = plan;
  const { workload } = requirements;
  const day = dayText(plan);
  return [
    [
      'machines',
      `${machineCount(plan)} x ${choice.instanceType} with ${plural(choice.gpusPerInstance, `${gpuName(choice.gpu)} GPU`)} each, in ${choice.region} (${choice.zoneIds.join(', ')}), ${choice.market}`,
    ],
    ...(day === null ? [] : [['by hour', day] as const]),
    ['model', `${choice.hfId} (${choice.checkpoint.toUpperCase()} checkpoint)`],
    ['layout', layoutWords(plan)],
    [
      'engine',
      `vLLM ${engine.vllmVersion}, context ${number(engine.maxModelLen)} tokens, up to ${number(engine.maxNumSeqs)} requests at once on a replica${engineExtras(plan)}`,
    ],
    [
      'load',
      `${rate(workload.requestsPerSecond)}${workload.concurrentUsers === null ? '' : ` from ${number(workload.concurrentUsers)} users`}; on average ${number(workload.inputTokens.mean)} tokens in and ${number(workload.outputTokens.mean)} out`,
    ],
  ];
}

/** What goes beyond a plain engine. */
const engineExtras = ({ engine }: Plan): string =>
  [
    ...(engine.kvCacheDtype === 'fp8' ? ['FP8 KV cache'] : []),
    ...(engine.mtpTokens > 0 ? [`MTP drafts ${plural(engine.mtpTokens, 'token')} a step`] : []),
    ...(engine.prefixCaching ? ['prefix caching'] : []),
  ]
    .map((extra) => `, ${extra}`)
    .join('');

/** How a replica lies on its GPUs, and how many there are. */
function layoutWords({ choice }: Plan): string {
  const { tensorParallel, dataParallel, pipelineParallel, expertParallel } = choice.layout;
  const gpus = tensorParallel * dataParallel * pipelineParallel;
  const ways = [
    ...(tensorParallel > 1 ? [`tensor parallel ${tensorParallel}`] : []),
    ...(dataParallel > 1 ? [`data parallel ${dataParallel}`] : []),
    ...(pipelineParallel > 1 ? [`pipeline parallel ${pipelineParallel}`] : []),
    ...(expertParallel ? ['expert parallel'] : []),
  ];
  const how = ways.length > 0 ? ` (${ways.join(', ')})` : '';
  return `each replica on ${plural(gpus, 'GPU')}${how}; ${plural(choice.replicasPerInstance, 'replica')} a machine, ${choice.replicas} in all`;
}
