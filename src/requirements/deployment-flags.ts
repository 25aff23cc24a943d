/** `numbers`: a list with commas; `counts`: key=number, repeatable; `price`: name=input,output, repeatable; `schedule`: schedule-flag.ts. */
export type Kind =
  | 'text'
  | 'number'
  | 'texts'
  | 'on'
  | 'off'
  | 'tag'
  | 'numbers'
  | 'counts'
  | 'price'
  | 'schedule';

/** Kinds that may be given several times. */
export const REPEATABLE: ReadonlySet<Kind> = new Set<Kind>(['texts', 'tag', 'counts', 'price', 'schedule']);

export interface Flag {
  readonly flags: string;
  readonly path: readonly string[];
  readonly kind: Kind;
  readonly help: string;
}

/** The fields of `selfhost.yaml` about network edge and deployment as flags. */
export const DEPLOYMENT_FLAGS: readonly Flag[] = [
  { flags: '--vpc <id>', path: ['network', 'vpcId'], kind: 'text', help: 'existing VPC' },
  {
    flags: '--machine-subnet <id>',
    path: ['network', 'machineSubnetIds'],
    kind: 'texts',
    help: 'subnets of the machines, repeatable',
  },
  {
    flags: '--load-balancer-subnet <id>',
    path: ['network', 'loadBalancerSubnetIds'],
    kind: 'texts',
    help: 'subnets of the load balancer, repeatable',
  },
  {
    flags: '--route-table <id>',
    path: ['network', 'routeTableIds'],
    kind: 'texts',
    help: "route tables of an existing VPC's machine subnets, to get an S3 gateway endpoint; repeatable",
  },
  {
    flags: '--interface-endpoint <service>',
    path: ['network', 'interfaceEndpoints'],
    kind: 'texts',
    help: 'interface endpoints that an existing VPC without NAT lacks, repeatable',
  },
  {
    flags: '--exposure <where>',
    path: ['network', 'exposure'],
    kind: 'text',
    help: 'internal (default) or public',
  },
  {
    flags: '--certificate <arn>',
    path: ['network', 'certificateArn'],
    kind: 'text',
    help: 'ACM certificate of the front door',
  },
  {
    flags: '--allow-cidr <cidr>',
    path: ['network', 'allowedCidrs'],
    kind: 'texts',
    help: "who may call: ranges, or 'everyone'; repeatable",
  },
  {
    flags: '--cidr <range>',
    path: ['network', 'cidr'],
    kind: 'text',
    help: 'private /16 of a new VPC (default 10.42.0.0/16)',
  },
  {
    flags: '--nat <mode>',
    path: ['network', 'natGateways'],
    kind: 'text',
    help: 'NAT gateways: single (default), per-zone, none',
  },
  {
    flags: '--web-acl <arn>',
    path: ['network', 'webAclArn'],
    kind: 'text',
    help: 'WAF web ACL before the front door',
  },
  {
    flags: '--rate-limit-per-key <n>',
    path: ['network', 'rateLimitPerKey'],
    kind: 'number',
    help: 'requests a minute of one API key; more get 429',
  },
  {
    flags: '--target-control-port <n>',
    path: ['network', 'targetControlPort'],
    kind: 'number',
    help: 'ALB Target Optimizer: no more requests than engines run at once',
  },
  {
    flags: '--domain <name>',
    path: ['network', 'domain', 'name'],
    kind: 'text',
    help: 'host name of the front door, with --hosted-zone',
  },
  {
    flags: '--hosted-zone <id>',
    path: ['network', 'domain', 'hostedZoneId'],
    kind: 'text',
    help: 'Route 53 zone that gets the name and proves the certificate',
  },
  {
    flags: '--jwt-issuer <url>',
    path: ['network', 'jwt', 'issuer'],
    kind: 'text',
    help: 'accept only tokens of this issuer, with --jwks',
  },
  {
    flags: '--jwks <url>',
    path: ['network', 'jwt', 'jwksUrl'],
    kind: 'text',
    help: 'where the issuer publishes its keys',
  },
  {
    flags: '--no-deletion-protection',
    path: ['deployment', 'deletionProtection'],
    kind: 'off',
    help: 'let terraform destroy delete everything',
  },
  {
    flags: '--kms-key <arn>',
    path: ['deployment', 'kmsKeyArn'],
    kind: 'text',
    help: 'existing KMS key (default: a new one)',
  },
  {
    flags: '--alert-email <address>',
    path: ['deployment', 'alertEmail'],
    kind: 'text',
    help: 'gets alarms and budget warnings',
  },
  {
    flags: '--aws-budget <scope>',
    path: ['deployment', 'budget'],
    kind: 'text',
    help: 'AWS budget: tag (default), account, none',
  },
  {
    flags: '--anomaly-monitor <which>',
    path: ['deployment', 'anomalyMonitorArn'],
    kind: 'text',
    help: "cost anomalies: 'new', or the ARN of an existing monitor",
  },
  {
    flags: '--api-key <source>',
    path: ['deployment', 'apiKey'],
    kind: 'text',
    help: 'none (default), variable, or the ARN of a secret',
  },
  {
    flags: '--hugging-face-token <source>',
    path: ['deployment', 'huggingFaceToken'],
    kind: 'text',
    help: 'none (default), variable, or the ARN of a secret',
  },
  {
    flags: '--secrets-kms-key <arn>',
    path: ['deployment', 'secretsKmsKeyArn'],
    kind: 'text',
    help: 'KMS key of secrets named by ARN',
  },
  {
    flags: '--weights <source>',
    path: ['deployment', 'weights'],
    kind: 'text',
    help: 'huggingface (default) or s3',
  },
  {
    flags: '--image <reference>',
    path: ['deployment', 'image'],
    kind: 'text',
    help: 'engine image: by digest, or a copy in your ECR',
  },
  {
    flags: '--loader <name>',
    path: ['deployment', 'loader'],
    kind: 'text',
    help: 'how weights are read: default or streamer',
  },
  {
    flags: '--revision <commit>',
    path: ['deployment', 'revision'],
    kind: 'text',
    help: 'commit of the weights repository to serve',
  },
  {
    flags: '--ami <id>',
    path: ['deployment', 'amiId'],
    kind: 'text',
    help: 'pinned machine image',
  },
  {
    flags: '--capacity-reservation <id>',
    path: ['deployment', 'capacityReservationId'],
    kind: 'text',
    help: 'capacity reservation or block',
  },
  {
    flags: '--spot-type <name>',
    path: ['deployment', 'spotInstanceTypes'],
    kind: 'texts',
    help: 'types with the same GPUs that a spot group may mix, repeatable',
  },
  {
    flags: '--on-demand-base <n>',
    path: ['deployment', 'onDemandBase'],
    kind: 'number',
    help: 'machines of a spot group that stay on demand',
  },
  {
    flags: '--sleep-after <minutes>',
    path: ['deployment', 'sleepAfterMinutes'],
    kind: 'number',
    help: 'scale to zero after so long without a request',
  },
  {
    flags: '--schedule <entry>',
    path: ['deployment', 'schedule'],
    kind: 'schedule',
    help: "group size from a time on: 'NAME=CRON;MIN-MAX[;TIME ZONE]', such as 'night=0 22 * * *;0-0;Europe/Berlin', repeatable",
  },
];
