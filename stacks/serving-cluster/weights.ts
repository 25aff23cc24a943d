import type { Plan } from '../../src/plan/schema';
import { weightsPrefix, weightsSources } from '../../src/plan/weights-layout';
import { CodebuildProject } from '../aws';
import { Construct } from '../cdk';
import { literal } from '../literal';
import { template } from '../templates';
import type { Account } from './account';
import { Bucket } from './bucket';
import type { LogGroup } from './logs';
import { serviceRole } from './service-role';
import { listStaged, stagedObjects } from './staged';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** What the job copies, and where to: the model last, so that what is wrong with an adapter is said first. */
const toStage = (plan: Plan): unknown =>
  weightsSources(plan)
    .map((source, index) => ({ ...source, prefix: weightsPrefix(source), adapter: index > 0 }))
    .reverse();

/**
 * Weights in a bucket of one's own, filled by a job that the user starts once per revision, of the model or an adapter:
 * `aws codebuild start-build --project-name <output staging_project>`. The job takes one file at a time, so its disk need
 * not hold the whole checkpoint.
 */
export class Weights extends Construct {
  readonly bucket: string;
  readonly bucketArn: string;
  readonly stagingProject: string;

  constructor(
    scope: Construct,
    id: string,
    plan: Plan,
    account: Account,
    keyArn: string,
    logs: LogGroup,
    tokenArn: string | undefined,
  ) {
    super(scope, id);
    const { secretsKmsKeyArn } = plan.requirements.deployment;
    const bucket = new Bucket(this, 'store', {
      prefix: `${plan.name}-weights-`,
      keyArn,
      deletable: !plan.requirements.deployment.deletionProtection,
    });
    this.bucket = bucket.name;
    this.bucketArn = bucket.arn;
    const { role, permissions } = serviceRole(this, plan, {
      suffix: 'stage-',
      description: `Stages the weights of ${plan.name}`,
      service: 'codebuild',
      account,
      statements: [
        {
          sid: 'PutWeights',
          actions: ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload'],
          resources: stagedObjects(plan, bucket.arn),
        },
        listStaged(plan, bucket.arn),
        { sid: 'EncryptWeights', actions: ['kms:GenerateDataKey', 'kms:Decrypt'], resources: [keyArn] },
        {
          sid: 'WriteLogs',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [`${logs.arn}:*`],
        },
        ...(tokenArn === undefined
          ? []
          : [{ sid: 'ReadToken', actions: ['secretsmanager:GetSecretValue'], resources: [tokenArn] }]),
        ...(tokenArn === undefined || secretsKmsKeyArn === null
          ? []
          : [{ sid: 'DecryptToken', actions: ['kms:Decrypt'], resources: [literal(secretsKmsKeyArn)] }]),
      ],
    });
    const variables = [
      { name: 'DESTINATION', value: `s3://${bucket.name}/` },
      ...(tokenArn === undefined ? [] : [{ name: 'HF_TOKEN', value: tokenArn, type: 'SECRETS_MANAGER' }]),
    ];
    // Both as base64, which no shell can take for anything else.
    const program = base64(template('stage_weights.py'));
    const sources = base64(JSON.stringify(toStage(plan)));
    const project = new CodebuildProject(this, 'project', {
      name: `${plan.name}-stage-weights`,
      description: `Copies the weights of ${plan.name} from Hugging Face to S3`,
      serviceRole: role.arn,
      encryptionKey: keyArn,
      buildTimeout: 480,
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: {
        type: 'LINUX_CONTAINER',
        computeType: 'BUILD_GENERAL1_MEDIUM',
        image: 'aws/codebuild/standard:7.0',
        environmentVariable: variables,
      },
      logsConfig: { cloudwatchLogs: { groupName: logs.name, streamName: 'staging' } },
      source: {
        type: 'NO_SOURCE',
        buildspec: literal(
          JSON.stringify({
            version: '0.2',
            phases: {
              build: {
                commands: [
                  'pip install --quiet huggingface_hub==0.36.0',
                  `echo ${program} | base64 -d > /tmp/stage_weights.py`,
                  `echo ${sources} | base64 -d > /tmp/sources.json`,
                  'python3 /tmp/stage_weights.py /tmp/sources.json',
                ],
              },
            },
          }),
        ),
      },
      dependsOn: [permissions, ...bucket.ready],
    });
    this.stagingProject = project.name;
  }
}
