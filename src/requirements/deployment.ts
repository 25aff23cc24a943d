import { quote } from '../errors';
import { INSTANCE_TYPES } from '../hardware/instance-types';
import { ENDPOINT_SERVICES } from './deployment-input';
import type { RequirementsInput } from './input';
import { deploymentSchema, type Requirements } from './requirements';

const UTC = 'Etc/UTC';

/** A time zone as the IANA database spells it, which Auto Scaling insists on; ICU knows it in any case. */
function spelt(timeZone: string): string {
  const same = (zone: string): boolean => zone.toLowerCase() === timeZone.toLowerCase();
  const known = Intl.supportedValuesOf('timeZone').find(same);
  if (known !== undefined) return known;
  // Other names of a zone, such as Asia/Kolkata: as given, unless the case is certainly wrong.
  if (timeZone !== timeZone.toLowerCase()) return same(UTC) ? UTC : timeZone;
  const { timeZone: zone } = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions();
  return zone === 'UTC' ? UTC : zone;
}

/** The deployment as understood: its defaults filled in. */
export function resolveDeployment({ deployment }: RequirementsInput): Requirements['deployment'] {
  const schedule = (deployment?.schedule ?? []).map((entry) => ({
    ...entry,
    timeZone: spelt(entry.timeZone ?? UTC),
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
      "a public front door needs named callers: set network.allowedCidrs to their ranges, or to the word 'everyone' if you mean it",
    );
  }
  const encrypted = network.certificateArn !== null || network.domain !== null;
  if (network.jwt !== null && !encrypted) {
    problems.push('network.jwt needs HTTPS: set network.certificateArn or network.domain');
  }
  if (network.encryptToMachines && network.targetControlPort !== null) {
    problems.push(
      'network.encryptToMachines and network.targetControlPort: the agent of Target Optimizer speaks plain HTTP on the service port, keep one of them',
    );
  }
  if (network.rateLimitPerKey !== null && network.webAclArn !== null) {
    problems.push(
      'network.rateLimitPerKey makes a web ACL and network.webAclArn names one, a load balancer takes one: add the rule to yours, or drop it',
    );
  }
  if (network.cidr !== null && network.vpcId !== null) {
    problems.push('network.cidr is for a new VPC and network.vpcId names an existing one: keep one');
  }
  if (network.vpcId === null && network.routeTableIds.length + network.interfaceEndpoints.length > 0) {
    problems.push(
      'network.routeTableIds and network.interfaceEndpoints are for an existing VPC: name it in network.vpcId, a new VPC gets its endpoints by itself',
    );
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

/** Services whose interface endpoints the stack makes: all of a new VPC without NAT, those that an existing one lacks. */
export const endpointServices = ({
  vpcId,
  natGateways,
  interfaceEndpoints,
}: Requirements['network']): readonly string[] => {
  if (vpcId !== null) return interfaceEndpoints;
  return natGateways === 'none' ? ENDPOINT_SERVICES : [];
};

/** Whether an image lies in a private ECR registry, which machines reach without the internet. */
export const isPrivateEcr = (image: string): boolean =>
  /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\//.test(image);

/** What cannot be true at once about the deployment, each with its fix. */
export function deploymentProblems({ network, deployment, markets }: Requirements): string[] {
  const problems: string[] = [];
  if (network.jwt !== null && deployment.apiKey !== 'none') {
    problems.push(
      'network.jwt and deployment.apiKey both read the Authorization header, and a token is no key: keep one of them',
    );
  }
  const named = [deployment.apiKey, deployment.huggingFaceToken].some((value) => value.startsWith('arn:'));
  if (deployment.secretsKmsKeyArn !== null && !named) {
    problems.push(
      'deployment.secretsKmsKeyArn is the key of secrets that you name: give deployment.apiKey or deployment.huggingFaceToken an ARN, or drop it',
    );
  }
  const names = deployment.schedule.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    problems.push(`deployment.schedule: two entries are named ${quote(twice)}; give each a name of its own`);
  }
  const ownImage = deployment.image !== null && isPrivateEcr(deployment.image);
  if (network.natGateways === 'none' && (deployment.weights !== 's3' || !ownImage)) {
    problems.push(
      'network.natGateways none leaves machines without internet: set deployment.weights to s3 and deployment.image to a copy in ECR',
    );
  }
  if (deployment.capacityReservationId !== null && markets.includes('spot')) {
    problems.push('deployment.capacityReservationId holds no spot machines: drop it or the spot market');
  }
  const reserved = deployment.capacityReservationId !== null || markets.includes('capacity-block');
  if (deployment.capacityReservationZone !== undefined && !reserved) {
    problems.push(
      'deployment.capacityReservationZone is the zone of a reservation or block: name it in deployment.capacityReservationId, or drop it',
    );
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
