import { quote } from '../errors';
import { INSTANCE_TYPES } from '../hardware/instance-types';
import type { RequirementsInput } from './input';
import { deploymentSchema, type Requirements } from './requirements';

/** The deployment as understood: its defaults filled in. */
export function resolveDeployment({ deployment }: RequirementsInput): Requirements['deployment'] {
  const schedule = (deployment?.schedule ?? []).map((entry) => ({
    ...entry,
    timeZone: entry.timeZone ?? 'Etc/UTC',
  }));
  return deploymentSchema.parse({ ...deployment, schedule });
}

/** What cannot be true at once about the network, each with its fix. */
export function networkProblems({ network }: Requirements): string[] {
  const problems: string[] = [];
  if (network.certificateArn !== null && network.domain !== null) {
    problems.push('network.certificateArn and network.domain each give a certificate: keep one');
  }
  if (network.exposure === 'public' && network.certificateArn === null && network.domain === null) {
    problems.push(
      'a public front door needs a certificate: set network.certificateArn, or keep exposure internal',
    );
  }
  if (network.exposure === 'public' && network.allowedCidrs.length === 0) {
    problems.push(
      'a public front door needs named callers: set network.allowedCidrs (0.0.0.0/0 if you mean everyone)',
    );
  }
  const encrypted = network.certificateArn !== null || network.domain !== null;
  if (network.jwt !== null && !encrypted) {
    problems.push('network.jwt needs HTTPS: set network.certificateArn or network.domain');
  }
  const subnets = network.machineSubnetIds.length > 0 || network.loadBalancerSubnetIds.length > 0;
  if (subnets && network.vpcId === null) problems.push('subnet ids were given without network.vpcId');
  if (
    network.vpcId !== null &&
    (network.machineSubnetIds.length === 0 || network.loadBalancerSubnetIds.length < 2)
  ) {
    problems.push(
      'an existing VPC needs network.machineSubnetIds and at least two network.loadBalancerSubnetIds',
    );
  }
  return problems;
}

/** What cannot be true at once about the deployment, each with its fix. */
export function deploymentProblems({ network, deployment, markets }: Requirements): string[] {
  const problems: string[] = [];
  if (network.natGateways === 'none' && (deployment.weights !== 's3' || deployment.image === null)) {
    problems.push(
      'network.natGateways none leaves machines without internet: set deployment.weights to s3 and deployment.image to a copy in ECR',
    );
  }
  if (deployment.capacityReservationId !== null && markets.includes('spot')) {
    problems.push('deployment.capacityReservationId holds no spot machines: drop it or the spot market');
  }
  const mixed = deployment.spotInstanceTypes.map((name) => INSTANCE_TYPES.find((type) => type.name === name));
  const unknown = deployment.spotInstanceTypes.filter((_, index) => mixed[index] === undefined);
  if (unknown.length > 0) {
    problems.push(
      `deployment.spotInstanceTypes: ${unknown.map(quote).join(', ')} is no known GPU instance type`,
    );
  }
  const gpus = new Set(
    mixed.filter((type) => type !== undefined).map(({ gpuId, gpuCount }) => `${gpuCount} x ${gpuId}`),
  );
  if (gpus.size > 1) {
    problems.push(
      `deployment.spotInstanceTypes have different GPUs (${[...gpus].join(', ')}): one plan fits one kind, name types that have the same`,
    );
  }
  return problems;
}
