import type { Plan } from '../../src/plan/schema';
import { launchHeartbeat } from './lifecycle';
import { NAMESPACE } from './metrics';
import { DRAIN_HOOK, groupName, LAUNCH_HOOK, logGroupNames } from './names';
import { argumentsWithoutAddress, replicasOf, SERVICE_PORT } from './replicas';
import { weightsPrefix } from './weights-layout';

/** Where the Deep Learning AMI mounts the striped local disks at boot (aws.md section 4). */
const LOCAL_NVME = '/opt/dlami/nvme';

/**
 * HAProxy 3.2 has long-term support until 2030. From ECR Public, whose anonymous pull limits are wider than Docker
 * Hub's, shared by all machines behind one NAT gateway.
 */
export const PROXY_IMAGE = 'public.ecr.aws/docker/library/haproxy:3.2.24-alpine';

/** The proxy's image: without internet, the copy beside the engine's own (`<repository>-haproxy`). */
export function proxyImage(plan: Plan): string {
  const { image } = plan.requirements.deployment;
  if (image === null) return PROXY_IMAGE;
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return `${repository}-haproxy:3.2.24-alpine`;
}

/**
 * Everything on a machine that comes from the plan, as one JSON document which only programs read. Text that a user
 * gave goes nowhere else, so no shell, unit file or template can take it for its own.
 */
export function machineConfig(plan: Plan): unknown {
  const { engineShutdown, systemdStop } = plan.timeoutsSeconds;
  const { slo } = plan.requirements;
  const names = logGroupNames(plan);
  return {
    region: plan.choice.region,
    groupName: groupName(plan),
    launchHook: LAUNCH_HOOK,
    drainHook: DRAIN_HOOK,
    // A minute before the hook ends by itself, so that the machine says why.
    launchSeconds: launchHeartbeat(plan) - 60,
    servicePort: SERVICE_PORT,
    logGroup: names.engines,
    telemetryLogGroup: names.telemetry,
    metricNamespace: NAMESPACE,
    sloSeconds: { Ttft: slo.ttftP95Seconds, Tpot: slo.tpotP95Seconds },
    proxyImage: proxyImage(plan),
    replicas: replicasOf(plan),
    engine: {
      image: plan.requirements.deployment.image ?? plan.engine.image,
      arguments: argumentsWithoutAddress(plan),
      environment: plan.engine.environment,
      repository: plan.choice.hfId,
      revision: plan.choice.revision,
      checkpointBytes: Math.ceil(plan.choice.checkpointBytes),
      weightsPrefix: plan.requirements.deployment.weights === 's3' ? weightsPrefix(plan) : null,
      // Between the two, so that the engine ends by itself first and systemd last.
      containerStopSeconds: Math.ceil((engineShutdown + systemdStop) / 2),
      mountPoint: plan.storage.weightsOnLocalNvme ? LOCAL_NVME : null,
      cacheDirectory: plan.storage.weightsOnLocalNvme
        ? `${LOCAL_NVME}/qwen-selfhost`
        : '/var/lib/qwen-selfhost',
    },
  };
}
