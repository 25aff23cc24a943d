import type { Plan } from '../../src/plan/schema';
import { Construct, type ITerraformDependable } from '../cdk';
import type { Account } from './account';
import { Bucket } from './bucket';

/** As long as the log groups. */
const KEEP_DAYS = 365;

/** The load balancer's access logs: who asked when and how long it took, never what was asked. */
export class AccessLogs extends Construct {
  readonly bucket: string;
  readonly ready: ITerraformDependable[];

  constructor(scope: Construct, id: string, plan: Plan, account: Account) {
    super(scope, id);
    const logs = new Bucket(this, 'logs', {
      prefix: `${plan.name}-access-`,
      // No KMS key: AWS, 'Access logs for your Application Load Balancer': 'the only server-side encryption option
      // that's supported is Amazon S3-managed keys (SSE-S3)'.
      expireDays: KEEP_DAYS,
      deletable: !plan.requirements.deployment.deletionProtection,
      statements: (bucketArn) => [
        {
          sid: 'LoadBalancerDelivery',
          actions: ['s3:PutObject'],
          resources: [`${bucketArn}/AWSLogs/${account.id}/*`],
          principals: [{ type: 'Service', identifiers: ['logdelivery.elasticloadbalancing.amazonaws.com'] }],
        },
      ],
    });
    this.bucket = logs.name;
    this.ready = logs.ready;
  }
}
