import type { Plan } from '../../src/plan/schema';
import { modelSource, type WeightsSource, weightsPrefix } from '../../src/plan/weights-layout';
import { adaptersOf, layersOf } from '../../src/requirements/adapters';
import { PROJECTIONS_IN_ADAPTERS } from '../../src/vllm/adapters';
import { agentImage, engineImage, proxyImage } from './images';
import { launchHeartbeat } from './lifecycle';
import { NAMESPACE } from './metrics';
import { DRAIN_HOOK, groupName, LAUNCH_HOOK, logGroupNames } from './names';
import {
  agentDestination,
  argumentsWithoutAddress,
  encrypted,
  hasProxy,
  machineConcurrency,
  replicasOf,
  SERVICE_PORT,
} from './replicas';
import { revisionParameter } from './revision';

/** Where the Deep Learning AMI mounts the striped local disks at boot (aws.md section 4). */
const LOCAL_NVME = '/opt/dlami/nvme';

/** Target Optimizer's agent: a pass-through that tells the load balancer when this machine has room; null without. */
function targetAgent(plan: Plan): unknown {
  const { targetControlPort } = plan.requirements.network;
  if (targetControlPort === null) return null;
  const { host, port } = agentDestination(plan);
  return {
    image: agentImage(plan),
    environment: {
      TARGET_CONTROL_CONTROL_ADDRESS: `0.0.0.0:${targetControlPort}`,
      TARGET_CONTROL_DATA_ADDRESS: `0.0.0.0:${SERVICE_PORT}`,
      TARGET_CONTROL_DESTINATION_ADDRESS: `${host}:${port}`,
      TARGET_CONTROL_MAX_CONCURRENCY: String(machineConcurrency(plan)),
    },
  };
}

/** Where a machine gets weights from: the hub, or a prefix of the stack's bucket. */
const fetched = (plan: Plan, source: WeightsSource) => ({
  ...source,
  weightsPrefix: plan.requirements.deployment.weights === 's3' ? weightsPrefix(source) : null,
});

/**
 * Everything on a machine that comes from the plan, as one JSON document which only programs read. Text that a user
 * gave goes nowhere else, so no shell, unit file or template can take it for its own.
 */
export function machineConfig(plan: Plan): unknown {
  const { engineShutdown, systemdStop } = plan.timeoutsSeconds;
  const { slo } = plan.requirements;
  const names = logGroupNames(plan);
  const adapters = adaptersOf(plan.requirements);
  return {
    region: plan.choice.region,
    groupName: groupName(plan),
    launchHook: LAUNCH_HOOK,
    drainHook: DRAIN_HOOK,
    // A minute before the hook ends by itself, so that the machine says why.
    launchSeconds: launchHeartbeat(plan) - 60,
    servicePort: SERVICE_PORT,
    serviceScheme: encrypted(plan) ? 'https' : 'http',
    logGroup: names.engines,
    telemetryLogGroup: names.telemetry,
    metricNamespace: NAMESPACE,
    sloSeconds: { Ttft: slo.ttftP95Seconds, Tpot: slo.tpotP95Seconds },
    proxyImage: hasProxy(plan) ? proxyImage(plan) : null,
    targetAgent: targetAgent(plan),
    replicas: replicasOf(plan),
    engine: {
      image: engineImage(plan),
      arguments: argumentsWithoutAddress(plan),
      environment: plan.engine.environment,
      ...fetched(plan, modelSource(plan)),
      revisionParameter: revisionParameter(plan),
      checkpointBytes: Math.ceil(plan.choice.checkpointBytes),
      model: plan.requirements.model,
      adapters: adapters.map(({ name, rank, ...source }) => ({ name, rank, ...fetched(plan, source) })),
      // What they may change; null for everything.
      adapterModules:
        adapters.length > 0 && layersOf(plan.requirements) === 'projections' ? PROJECTIONS_IN_ADAPTERS : null,
      // Between the two, so that the engine ends by itself first and systemd last.
      containerStopSeconds: Math.ceil((engineShutdown + systemdStop) / 2),
      mountPoint: plan.storage.weightsOnLocalNvme ? LOCAL_NVME : null,
      cacheDirectory: plan.storage.weightsOnLocalNvme
        ? `${LOCAL_NVME}/qwen-selfhost`
        : '/var/lib/qwen-selfhost',
    },
  };
}
