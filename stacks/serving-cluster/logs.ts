import type { Plan } from '../../src/plan/schema';
import { CloudwatchLogGroup } from '../aws';
import { Construct } from '../cdk';
import { logGroupName } from './names';

/** A year: long enough to look back at the last season's incident (Checkov CKV_AWS_338 asks for the same). */
const RETENTION_DAYS = 365;

/** Where the engines' logs go. vLLM logs no prompts unless told to. */
export class Logs extends Construct {
  readonly groupName: string;
  readonly groupArn: string;

  constructor(scope: Construct, id: string, plan: Plan) {
    super(scope, id);
    const group = new CloudwatchLogGroup(this, 'group', {
      name: logGroupName(plan),
      retentionInDays: RETENTION_DAYS,
    });
    this.groupName = group.name;
    this.groupArn = group.arn;
  }
}
