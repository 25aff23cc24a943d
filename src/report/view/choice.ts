import type { Plan } from '../../plan/schema';
import { adaptersOf, roomOf } from '../../requirements/adapters';
import { number, plural, rate } from '../format';
import { dayText, machineCount } from './day';
import { gpuName } from './gpu';
import type { Fact } from './section';

/** Adapters named in one line. */
const MOST_NAMES = 6;

/** What is chosen: machines, model, layout, engine, load. */
export function choiceFacts(plan: Plan): Fact[] {
  const { choice, engine, requirements } = plan;
  const { workload } = requirements;
  const day = dayText(plan);
  return [
    [
      'machines',
      `${machineCount(plan)} x ${choice.instanceType} with ${plural(choice.gpusPerInstance, `${gpuName(choice.gpu)} GPU`)} each, in ${choice.region} (${choice.zoneIds.join(', ')}), ${choice.market}${onDemandBase(plan)}`,
    ],
    ...(day === null ? [] : [['by hour', day] as const]),
    ['model', `${choice.hfId} (${choice.checkpoint.toUpperCase()} checkpoint)`],
    ['layout', layoutWords(plan)],
    [
      'engine',
      `vLLM ${engine.vllmVersion}, context ${number(engine.maxModelLen)} tokens, up to ${number(engine.maxNumSeqs)} requests at once on a replica${engineExtras(plan)}`,
    ],
    ...adapterFacts(plan),
    [
      'load',
      `${rate(workload.requestsPerSecond)}${workload.concurrentUsers === null ? '' : ` from ${number(workload.concurrentUsers)} users`}; on average ${number(workload.inputTokens.mean)} tokens in and ${number(workload.outputTokens.mean)} out`,
    ],
  ];
}

/** Machines of a spot fleet that are never taken back. */
function onDemandBase({ choice, requirements }: Plan): string {
  const base =
    choice.market === 'spot' ? Math.min(choice.instances, requirements.deployment.onDemandBase) : 0;
  return base === 0 ? '' : ` (${base} of them on demand)`;
}

function adapterFacts({ requirements }: Plan): Fact[] {
  const room = roomOf(requirements);
  if (room === null) return [];
  const adapters = adaptersOf(requirements);
  const names = adapters.slice(0, MOST_NAMES).map(({ name }) => name);
  const more = adapters.length > names.length ? ` and ${adapters.length - names.length} more` : '';
  return [
    [
      'adapters',
      `${names.join(', ')}${more}: LoRA, up to ${room.slots} in one batch, room for rank ${room.maxRank} each`,
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
