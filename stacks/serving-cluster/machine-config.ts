import type { Plan } from '../../src/plan/schema';
import { DRAIN_HOOK, groupName, logGroupName } from './names';
import { argumentsWithoutAddress, replicasOf } from './replicas';

/** Where the Deep Learning AMI mounts the striped local disks at boot (aws.md section 4). */
const LOCAL_NVME = '/opt/dlami/nvme';

/**
 * HAProxy 3.2 has long-term support until 2030. From ECR Public, whose anonymous pull limits are wider than Docker
 * Hub's, shared by all machines behind one NAT gateway.
 */
const PROXY_IMAGE = 'public.ecr.aws/docker/library/haproxy:3.2.24-alpine';

/**
 * Everything on a machine that comes from the plan, as one JSON document which only programs read. Text that a user
 * gave goes nowhere else, so no shell, unit file or template can take it for its own.
 */
export function machineConfig(plan: Plan): unknown {
  const { engineShutdown, systemdStop } = plan.timeoutsSeconds;
  return {
    region: plan.choice.region,
    groupName: groupName(plan),
    hookName: DRAIN_HOOK,
    logGroup: logGroupName(plan),
    proxyImage: PROXY_IMAGE,
    replicas: replicasOf(plan),
    engine: {
      image: plan.engine.image,
      arguments: argumentsWithoutAddress(plan),
      environment: plan.engine.environment,
      // Between the two, so that the engine ends by itself first and systemd last.
      containerStopSeconds: Math.ceil((engineShutdown + systemdStop) / 2),
      mountPoint: plan.storage.weightsOnLocalNvme ? LOCAL_NVME : null,
      cacheDirectory: plan.storage.weightsOnLocalNvme
        ? `${LOCAL_NVME}/qwen-selfhost`
        : '/var/lib/qwen-selfhost',
    },
  };
}
