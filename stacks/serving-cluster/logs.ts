import type { Plan } from '../../src/plan/schema';
import { CloudwatchLogGroup } from '../aws';
import { Construct } from '../cdk';
import { logGroupNames } from './names';

/** A year: long enough to look back at the last season's incident (Checkov CKV_AWS_338 asks for the same). */
export const RETENTION_DAYS = 365;

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
}

/** Where logs go: the engines' (vLLM logs no prompts unless told to), the telemetry's, the network's. */
export class Logs extends Construct {
  readonly engines: LogGroup;
  readonly telemetry: LogGroup;
  readonly flows: LogGroup;
  private readonly keyArn: string;

  constructor(scope: Construct, id: string, plan: Plan, keyArn: string) {
    super(scope, id);
    this.keyArn = keyArn;
    const names = logGroupNames(plan);
    this.engines = this.group('group', names.engines);
    this.telemetry = this.group('telemetry', names.telemetry);
    this.flows = this.group('flows', names.flows);
  }

  private group(id: string, name: string): LogGroup {
    return new CloudwatchLogGroup(this, id, {
      name,
      retentionInDays: RETENTION_DAYS,
      kmsKeyId: this.keyArn,
    });
  }
}
