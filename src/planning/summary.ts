import type { Plan } from '../plan/schema';
import { rate, seconds, usd } from '../report/format';
import type { Requirements } from '../requirements/requirements';
import type { Option } from './fleet';

/** The answer in one sentence, without words that need explaining. */
export function summarise(
  { candidate, instances, hourlyInstances, cost }: Option,
  requirements: Requirements,
  predicted: Plan['predicted'],
): string {
  const { offer, gpu, checkpoint } = candidate;
  const fewest = Math.min(...(hourlyInstances ?? [instances]));
  const machines = `${fewest < instances ? `${fewest} to ` : ''}${instances} x ${offer.type.name} (${offer.type.gpuCount} x ${gpu.name})`;
  const load = rate(requirements.workload.requestsPerSecond);
  const first = seconds(predicted.ttftP95Seconds.expected);
  const next = seconds(predicted.tpotP95Seconds.expected);
  return `Serve ${requirements.model} ${checkpoint.key.toUpperCase()} at ${load} with ${machines} in ${offer.offering.region}, ${offer.market}: ${usd(cost.usdPerMonth)} a month; first token within ${first}, then one every ${next} (for 95 of 100 requests).`;
}
