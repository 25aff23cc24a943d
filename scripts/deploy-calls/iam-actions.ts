/** IAM prefix of each service, by the name that the AWS provider logs (Service Authorization Reference). */
const PREFIXES: Readonly<Record<string, string>> = {
  ACM: 'acm',
  'Auto Scaling': 'autoscaling',
  Budgets: 'budgets',
  CloudWatch: 'cloudwatch',
  'CloudWatch Logs': 'logs',
  CodeBuild: 'codebuild',
  'Cost Explorer': 'ce',
  EC2: 'ec2',
  'Elastic Load Balancing v2': 'elasticloadbalancing',
  EventBridge: 'events',
  IAM: 'iam',
  KMS: 'kms',
  'Route 53': 'route53',
  S3: 's3',
  SNS: 'sns',
  SSM: 'ssm',
  STS: 'sts',
  'Secrets Manager': 'secretsmanager',
  WAFV2: 'wafv2',
};

/** Operations whose IAM action is called otherwise: the "Permissions" of each operation in the S3 and Budgets API references. */
const RENAMED: Readonly<Record<string, string>> = {
  'budgets:CreateBudget': 'budgets:ModifyBudget',
  'budgets:UpdateBudget': 'budgets:ModifyBudget',
  'budgets:DeleteBudget': 'budgets:ModifyBudget',
  'budgets:CreateNotification': 'budgets:ModifyBudget',
  'budgets:DeleteNotification': 'budgets:ModifyBudget',
  'budgets:CreateSubscriber': 'budgets:ModifyBudget',
  'budgets:DescribeBudget': 'budgets:ViewBudget',
  'budgets:DescribeNotificationsForBudget': 'budgets:ViewBudget',
  'budgets:DescribeSubscribersForNotification': 'budgets:ViewBudget',
  's3:HeadBucket': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:ListObjectVersions': 's3:ListBucketVersions',
  's3:DeleteObjects': 's3:DeleteObject',
  's3:DeleteBucketTagging': 's3:PutBucketTagging',
  's3:GetBucketEncryption': 's3:GetEncryptionConfiguration',
  's3:PutBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:DeleteBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:GetBucketLifecycleConfiguration': 's3:GetLifecycleConfiguration',
  's3:PutBucketLifecycleConfiguration': 's3:PutLifecycleConfiguration',
  's3:DeleteBucketLifecycle': 's3:PutLifecycleConfiguration',
  's3:GetPublicAccessBlock': 's3:GetBucketPublicAccessBlock',
  's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  's3:DeletePublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  's3:GetBucketAccelerateConfiguration': 's3:GetAccelerateConfiguration',
  's3:GetBucketCors': 's3:GetBucketCORS',
  's3:GetBucketReplication': 's3:GetReplicationConfiguration',
  's3:GetObjectLockConfiguration': 's3:GetBucketObjectLockConfiguration',
};

/** The IAM action of a call. @throws for a service that is not in the table, so that it cannot be left out silently */
export function iamAction(service: string, operation: string): string {
  const prefix = PREFIXES[service];
  if (prefix === undefined) throw new Error(`no IAM prefix is known for the service ${service}`);
  const action = `${prefix}:${operation}`;
  return RENAMED[action] ?? action;
}
