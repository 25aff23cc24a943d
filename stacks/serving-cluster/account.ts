import { DataAwsCallerIdentity, DataAwsPartition } from '../aws';
import { Construct } from '../cdk';
import { literal } from '../literal';

/** Where the stack is deployed: parts of every ARN that it writes. */
export class Account extends Construct {
  readonly id: string;
  readonly partition: string;
  readonly region: string;

  constructor(scope: Construct, id: string, region: string) {
    super(scope, id);
    this.partition = new DataAwsPartition(this, 'partition').partition;
    this.id = new DataAwsCallerIdentity(this, 'caller').accountId;
    this.region = literal(region);
  }

  /** `arn:<partition>:<service>:<region>:<account>:<resource>` */
  arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.id}:${resource}`;
  }
}
