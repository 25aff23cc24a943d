import { ec2Call } from '../ec2';
import type { Session } from '../session';
import { asFailure, type Finding, fail, pass, unanswered } from './finding';

/** Who we are: the call needs no permission at all. */
export async function identity(session: Session, region: string, lastDigits: boolean): Promise<Finding> {
  const check = 'credentials';
  try {
    const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
    const client = await session.client('sts', region, (config) => new STSClient(config));
    const { Account, Arn } = await session.call('sts:GetCallerIdentity', (options) =>
      client.send(new GetCallerIdentityCommand({}), options),
    );
    if (!Account || !Arn)
      return fail(check, 'AWS did not say who you are', 'check the endpoint and run again');
    const kind = /:(root|user|assumed-role|federated-user)\b/.exec(Arn)?.[1] ?? 'identity';
    if (kind === 'root') {
      const detail = 'these are the keys of the root user';
      return {
        check,
        status: 'warn',
        detail,
        fix: 'use a role or an IAM Identity Center user instead (docs/account.md)',
      };
    }
    return pass(check, `valid, ${kind}${lastDigits ? `, account ending in ${Account.slice(-4)}` : ''}`);
  } catch (thrown) {
    // No policy can forbid this call: whatever goes wrong here, goes wrong everywhere.
    const { message } = asFailure(thrown);
    return fail(check, message, 'fix this first; the other checks need it');
  }
}

/** Asked where every account is at home: a region that is off answers nothing itself. */
const HOME_REGION = 'us-east-1';

/** The region must be switched on for the account: those opened since 2019 are off by default. */
export async function regionEnabled(session: Session, region: string): Promise<Finding> {
  const check = 'region';
  try {
    const { Regions = [] } = await ec2Call(
      session,
      HOME_REGION,
      'ec2:DescribeRegions',
      ({ sdk, client, options }) =>
        client.send(new sdk.DescribeRegionsCommand({ AllRegions: true }), options),
    );
    const found = Regions.find(({ RegionName }) => RegionName === region);
    if (!found)
      return fail(check, `${region} is unknown to this account`, 'plan again with --region of your account');
    if (found.OptInStatus === 'not-opted-in') {
      return fail(
        check,
        `${region} is switched off in this account`,
        `aws account enable-region --region-name ${region}`,
      );
    }
    return pass(check, `${region} is enabled`);
  } catch (thrown) {
    return unanswered(check, thrown, 'plan again with --region of your account');
  }
}
