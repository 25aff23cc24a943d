import type { Plan } from '../../plan/schema';
import { number, plural } from '../format';
import { gpuName } from '../view/gpu';
import { html, type Markup } from './escape';

/** What will be deployed, as nested boxes: clients, the front door, machines by zone, what stands beside them. */
export function diagram(plan: Plan): Markup {
  const { choice, requirements, scaling, engine, timeoutsSeconds, storage } = plan;
  const { network, deployment } = requirements;
  const secure = network.certificateArn !== null || network.domain !== null;
  const door = network.exposure === 'public' ? 'reachable from the internet' : 'inside your network only';
  return html`<figure class="diagram" aria-label="What will be deployed">
<div class="box outside"><b>Clients</b> ${number(requirements.workload.requestsPerSecond)} requests/s, OpenAI-compatible API, ${secure ? 'HTTPS' : 'HTTP without encryption'}</div>
<div class="arrow" aria-hidden="true">↓</div>
<div class="box network"><b>${network.vpcId === null ? 'A new network (VPC)' : `Your network ${network.vpcId}`}</b> in ${choice.region}
<div class="box"><b>Load balancer</b> ${door}, zones ${choice.loadBalancerZoneIds.join(', ')}; waits up to ${number(timeoutsSeconds.loadBalancerIdle)} s for an answer</div>
<div class="arrow" aria-hidden="true">↓</div>
<div class="box"><b>Auto Scaling group</b> ${scaling.minInstances} to ${plural(scaling.maxInstances, 'machine')}, planned ${choice.instances}; another one above ${number(scaling.targetConcurrencyPerReplica)} requests in flight on a replica
<div class="zones">${zonesOf(plan).map(
    ({ zone, machines }) => html`<div class="box zone"><b>Zone ${zone}</b>
<div class="box machine"><b>${machines} ${choice.instanceType}</b> each with ${plural(choice.gpusPerInstance, `${gpuName(choice.gpu)} GPU`)}
<div class="box engine"><b>vLLM ${engine.vllmVersion}</b> ${plural(choice.replicasPerInstance, 'replica')}, ${engine.servedModelName} ${choice.checkpoint.toUpperCase()}</div>
</div></div>`,
  )}</div>
</div>
<div class="beside">
<div class="box"><b>Weights</b> ${number(choice.checkpointBytes / 1e9)} GB from ${deployment.weights === 'huggingface' ? `Hugging Face, ${choice.hfId}` : 'your S3 bucket'}, kept on ${storage.weightsOnLocalNvme ? 'local NVMe disks' : `a root volume of ${storage.rootVolumeGiB} GiB`}</div>
<div class="box"><b>Watching</b> dashboard, alarms${deployment.alertEmail === null ? '' : ` to ${deployment.alertEmail}`} and a monthly budget</div>
</div>
</div>
</figure>`;
}

/** `2` or `1 to 2` machines in each zone: they are spread evenly. */
function zonesOf({ choice }: Plan): { readonly zone: string; readonly machines: string }[] {
  const { zoneIds, instances } = choice;
  const least = Math.floor(instances / zoneIds.length);
  const more = instances % zoneIds.length;
  return zoneIds.map((zone, i) => ({ zone, machines: `${least + (i < more ? 1 : 0)} x` }));
}
