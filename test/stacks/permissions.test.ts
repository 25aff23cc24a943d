import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, templateOf } from './template';

const FOLDER = join(__dirname, '..', '..', 'templates');
const STAGING = 'stage_weights.py';

/** What each command of the AWS command line needs (AWS, 'Service Authorization Reference'). */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  'autoscaling complete-lifecycle-action': ['autoscaling:CompleteLifecycleAction'],
  'autoscaling set-instance-health': ['autoscaling:SetInstanceHealth'],
  'elbv2 deregister-targets': ['elasticloadbalancing:DeregisterTargets'],
  'elbv2 register-targets': ['elasticloadbalancing:RegisterTargets'],
  'secretsmanager get-secret-value': ['secretsmanager:GetSecretValue', 'kms:Decrypt'],
  'ecr get-login-password': ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  'ssm get-parameter-history': ['ssm:GetParameterHistory'],
  'ssm put-parameter': ['ssm:PutParameter'],
  's3 cp': ['s3:GetObject', 'kms:Decrypt'],
  's3 sync': ['s3:GetObject', 's3:ListBucket', 'kms:Decrypt'],
};
const STAGING_NEEDS = [
  's3:ListBucket',
  's3:GetObject',
  's3:PutObject',
  's3:AbortMultipartUpload',
  'kms:GenerateDataKey',
  'kms:Decrypt',
];

/** Commands that the machine's programs give, as `service command`. */
function commands(): string[] {
  const sources = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.py') && name !== STAGING)
    .map((name) => readFileSync(join(FOLDER, name), 'utf8'));
  const services = 'autoscaling|elbv2|secretsmanager|ecr|s3|ssm|ec2|logs|cloudwatch|sns';
  const given = sources.flatMap((source) => [
    ...source.matchAll(new RegExp(`"(${services})", "([a-z-]+)"`, 'g')),
  ]);
  // The load balancer's action is a parameter.
  const balancer = sources.flatMap((source) => [...source.matchAll(/targets\(\w+(?:\.\w+)?, "([a-z-]+)"/g)]);
  return [
    ...new Set([
      ...given.map(([, service, command]) => `${service} ${command}`),
      ...balancer.map(([, command]) => `elbv2 ${command}`),
    ]),
  ].sort();
}

describe('the role may do what the programs call', () => {
  const template = templateOf({
    requirements: {
      network: { natGateways: 'none' },
      deployment: {
        weights: 's3',
        apiKey: 'variable',
        image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/vllm:v0.31.0',
      },
    },
  });
  const documents = template.section('data').aws_iam_policy_document as Record<
    string,
    { statement: Block[] }
  >;
  const fromHub = templateOf().section('data').aws_iam_policy_document as typeof documents;
  const actionsOf = (id: string) =>
    documents[`serving_${id}`]!.statement.flatMap(({ actions }) => actions as string[]);

  it('finds the calls at all', () => {
    expect(commands()).toEqual(Object.keys(NEEDS).sort());
  });

  it.each(commands())('%s', (command) => {
    // Only machines that take their weights from the hub agree on a commit by parameter.
    const statements = command.startsWith('ssm ')
      ? fromHub.serving_identity_policy!.statement.flatMap(({ actions }) => actions as string[])
      : actionsOf('identity_policy');
    expect(statements).toEqual(expect.arrayContaining([...NEEDS[command]!]));
  });

  it('staging puts objects and encrypts them', () => {
    expect(readFileSync(join(FOLDER, STAGING), 'utf8')).toContain('"aws", "s3", "cp"');
    expect(actionsOf('weights_policy')).toEqual(expect.arrayContaining(STAGING_NEEDS));
  });

  it('the agent and the container runtime write logs and metrics', () => {
    const needed = [
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'logs:DescribeLogStreams',
      'cloudwatch:PutMetricData',
    ];
    expect(actionsOf('identity_policy')).toEqual(expect.arrayContaining(needed));
  });

  it('allows nothing that nothing uses', () => {
    const used = new Set([
      ...Object.values(NEEDS).flat(),
      ...['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams', 'cloudwatch:PutMetricData'],
      // docker asks before it pulls; Session Manager's own minimum.
      'ecr:BatchCheckLayerAvailability',
      'ssm:UpdateInstanceInformation',
      ...['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map(
        (action) => `ssmmessages:${action}`,
      ),
    ]);
    expect(actionsOf('identity_policy').filter((action) => !used.has(action))).toEqual([]);
  });
});
