import type { Plan } from '../../src/plan/schema';
import { DataAwsIamPolicyDocument, type DataAwsIamPolicyDocumentStatement, KmsAlias, KmsKey } from '../aws';
import { Construct } from '../cdk';
import { literal } from '../literal';
import type { Account } from './account';
import { logGroupPrefix, wafLogGroupName } from './names';
import { publisherStatements } from './publishers';

function keyPolicy(plan: Plan, account: Account): DataAwsIamPolicyDocumentStatement[] {
  const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];
  const ofAccount = { test: 'StringEquals', variable: 'kms:CallerAccount', values: [account.id] };
  return [
    {
      sid: 'AccountPolicies',
      actions: ['kms:*'],
      resources: ['*'],
      principals: [{ type: 'AWS', identifiers: [`arn:${account.partition}:iam::${account.id}:root`] }],
    },
    {
      sid: 'LogGroups',
      actions: use,
      resources: ['*'],
      principals: [{ type: 'Service', identifiers: [`logs.${account.region}.amazonaws.com`] }],
      condition: [
        {
          test: 'ArnLike',
          variable: 'kms:EncryptionContext:aws:logs:arn',
          values: [logGroupPrefix(plan), wafLogGroupName(plan)].map((prefix) =>
            account.arn('logs', `log-group:${prefix}*`),
          ),
        },
      ],
    },
    {
      // As AWS's own key for volumes does. Naming the Auto Scaling service role instead would fail in an account whose
      // first group this is: the role does not exist yet, and KMS refuses a principal that does not exist.
      sid: 'VolumesOfThisAccount',
      actions: [...use, 'kms:CreateGrant'],
      resources: ['*'],
      principals: [{ type: 'AWS', identifiers: ['*'] }],
      condition: [
        ofAccount,
        {
          test: 'StringEquals',
          variable: 'kms:ViaService',
          values: [`ec2.${account.region}.amazonaws.com`],
        },
      ],
    },
    ...publisherStatements(account, 'key', '*'),
  ];
}

/** The key of volumes, log groups, the alert topic, weights and secrets: the user's, or a new one. */
export class Encryption extends Construct {
  readonly keyArn: string;

  constructor(scope: Construct, id: string, plan: Plan, account: Account) {
    super(scope, id);
    const { kmsKeyArn } = plan.requirements.deployment;
    if (kmsKeyArn !== null) {
      this.keyArn = literal(kmsKeyArn);
      return;
    }
    const key = new KmsKey(this, 'key', {
      description: `Volumes, logs, alerts and weights of ${plan.name}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: new DataAwsIamPolicyDocument(this, 'policy', { statement: keyPolicy(plan, account) }).json,
    });
    new KmsAlias(this, 'alias', { name: `alias/qwen-selfhost/${plan.name}`, targetKeyId: key.keyId });
    this.keyArn = key.arn;
  }
}
