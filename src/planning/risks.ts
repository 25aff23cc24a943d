import { usableMemory } from '../hardware/gpus';
import { precisionSupport } from '../hardware/precision';
import { adaptersOf, roomOf } from '../requirements/adapters';
import { lacksTunedExperts, TUNE_EXPERTS } from '../vllm/expert-kernels';
import { knownProblems } from '../vllm/known-problems';
import type { PlanningContext } from './candidate';
import type { Option } from './fleet';

/** What a reviewer should know before saying yes; one sentence each. */
export function planRisks(
  { candidate, design, instances, hourlyInstances, coldStartSeconds }: Option,
  context: PlanningContext,
  zoneIds: readonly string[],
): string[] {
  const { offer, gpu, checkpoint } = candidate;
  const { requirements } = context;
  const { network, workload, deployment } = requirements;
  const wake = `${Math.ceil(coldStartSeconds / 60)} minutes`;
  const fewest = Math.min(instances, ...(hourlyInstances ?? []));
  const risks: [boolean, string][] = [
    [fewest === 0, 'no machine runs in hours without load: a request then is refused'],
    [fewest === 1, 'one machine: its failure or replacement stops the service until another has started'],
    [
      zoneIds.length === 1,
      `one zone (${zoneIds[0]}): a zone outage or lack of capacity there stops the service`,
    ],
    [
      offer.market === 'spot' && instances > deployment.onDemandBase,
      'spot machines are taken back with two minutes of notice; requests longer than that are lost',
    ],
    [
      offer.market === 'capacity-block',
      'a capacity block ends on its date, and the machines 30 minutes before: plan what serves then',
    ],
    [
      design.option.mtpTokens > 0,
      'MTP: how many drafted tokens are accepted depends on your texts; measure before you rely on it',
    ],
    [
      design.option.kvCacheDtype === 'fp8',
      'FP8 KV cache: slightly less precise; compare answers on your own prompts',
    ],
    [
      design.layout.dataParallel > 1 || design.layout.pipelineParallel > 1,
      'this layout is calculated: nothing like it is in the measured data',
    ],
    [
      precisionSupport(gpu, checkpoint.key).how === 'weight-only' && !checkpoint.key.endsWith('int4'),
      `${gpu.name} does not compute in ${checkpoint.key.toUpperCase()}: weights are unpacked in the kernel (weight-only), slower at long prompts; no model so run is in the measured data, so the interval is the widest`,
    ],
    [
      offer.price?.evidence !== 'listed',
      `the machine price is ${offer.price?.evidence} (${offer.price?.source}), not quoted for ${offer.offering.region}`,
    ],
    [
      design.basis === 'datasheet',
      `no measurement of a model of this kind on ${gpu.name} exists in the data: figures come from its datasheet`,
    ],
    [
      design.basis === 'related' && adaptersOf(requirements).length === 0,
      `${gpu.name} was measured with other models only`,
    ],
    [
      lacksTunedExperts(gpu.id, checkpoint.key, design.layout, context.model.architecture.moe),
      `vLLM has no tuned kernel settings for FP8 experts of this width on ${gpu.name}: prompts may take longer; ${TUNE_EXPERTS}`,
    ],
    ...adapterRisks(gpu, checkpoint, design, context).map((risk): [boolean, string] => [true, risk]),
    [
      usableMemory(gpu).evidence === 'derived',
      `memory that CUDA reports on ${gpu.name} is derived, not read in a log`,
    ],
    [
      checkpoint.evidence === 'computed',
      `the size of ${checkpoint.hfId} is computed by rule, not read from the repository`,
    ],
    [!checkpoint.official, `${checkpoint.hfId} is not published by the Qwen team`],
    [gpu.uncertain.length > 0, `compute figures of ${gpu.name} are estimates`],
    [
      network.certificateArn === null && network.domain === null,
      'no certificate: the front door speaks plain HTTP inside the VPC',
    ],
    [
      network.exposure === 'public' &&
        network.allowedCidrs.includes('0.0.0.0/0') &&
        deployment.apiKey === 'none' &&
        network.jwt === null,
      'anyone on the internet may use the model: set deployment.apiKey or network.jwt',
    ],
    [
      network.jwt !== null && network.jwt.audience === undefined,
      `every token of ${network.jwt?.issuer} opens the front door, also one made for another service: set network.jwt.audience`,
    ],
    [
      deployment.schedule.some(({ maxInstances }) => maxInstances === 0),
      `the fleet sleeps by schedule: callers get 503 until the next entry and the cold start after it, about ${wake}`,
    ],
    [
      deployment.sleepAfterMinutes !== null,
      `the fleet sleeps after ${deployment.sleepAfterMinutes} minutes without a request: the next one gets 503 and wakes it, which takes about ${wake}`,
    ],
    [
      network.targetControlPort !== null,
      'Target Optimizer: when every engine is full, callers get 503 at once instead of waiting',
    ],
    [
      workload.thinking && workload.preset !== 'code',
      'thinking makes output lengths vary widely; measure yours and set workload.outputTokens',
    ],
  ];
  return risks.filter(([applies]) => applies).map(([, text]) => text);
}

/** Open reports of vLLM on LoRA adapters: none rules a machine out, all want a look before callers do. */
function adapterRisks(
  { computeCapability }: Option['candidate']['gpu'],
  checkpoint: Option['candidate']['checkpoint'],
  { layout, option: { prefixCaching, mtpTokens } }: Option['design'],
  { requirements, model, release }: PlanningContext,
): string[] {
  const facts = {
    release,
    model: model.name,
    checkpoint,
    layout,
    computeCapability,
    prefixCaching,
    mtpTokens,
  };
  const without = new Set(knownProblems(facts).map(({ id }) => id));
  return knownProblems({ ...facts, adapters: roomOf(requirements) })
    .filter(({ id }) => !without.has(id))
    .map(({ text, issues }) => `${text} (${issues.join(', ')})`);
}
