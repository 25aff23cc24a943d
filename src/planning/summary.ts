import type { Plan } from '../plan/schema';
import type { Requirements } from '../requirements/requirements';
import type { Option } from './fleet';
import { layoutText } from './layouts';

/** The answer in one sentence. */
export function summarise(
  { candidate, instances, cost }: Option,
  requirements: Requirements,
  predicted: Plan['predicted'],
): string {
  const { offer, gpu, checkpoint, layout, replicasPerInstance } = candidate;
  const machines = `${instances} x ${offer.type.name} (${offer.type.gpuCount} x ${gpu.name})`;
  const engine = `${requirements.model} ${checkpoint.key.toUpperCase()}, ${layoutText(layout)}${replicasPerInstance > 1 ? `, ${replicasPerInstance} replicas a machine` : ''}`;
  const load = `${Number(requirements.workload.requestsPerSecond.toPrecision(3))} requests/s`;
  const latency = `TTFT p95 ${seconds(predicted.ttftP95Seconds.expected)}, TPOT p95 ${seconds(predicted.tpotP95Seconds.expected)}`;
  return `${machines} in ${offer.offering.region} serve ${engine} at ${load} with ${latency} for $${Math.round(cost.usdPerMonth).toLocaleString('en-US')} a month (${offer.market}).`;
}

const seconds = (value: number): string =>
  value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(1)} s`;
