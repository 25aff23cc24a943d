import type { Plan } from '../../plan/schema';
import { ec2Call, ec2Pages } from '../ec2';
import type { Session } from '../session';
import { type Finding, fail, pass, unanswered } from './finding';
import { quotaValue } from './quota';
import { PLAN_TAG } from './running';

interface Tagged {
  readonly Tags?:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined;
}

interface Kind {
  readonly what: string;
  readonly serviceCode: string;
  readonly quotaCode: string;
  /** How many the plan makes. */
  readonly needed: number;
  list(session: Session, region: string): Promise<readonly Tagged[]>;
}

/** What a new network takes of the quotas that are small by default: five VPCs a region, five addresses. */
function kinds({ choice, requirements }: Plan): Kind[] {
  const { natGateways } = requirements.network;
  const addresses = { none: 0, single: 1, 'per-zone': new Set(choice.zoneIds).size }[natGateways];
  const all: Kind[] = [
    {
      what: 'VPCs',
      serviceCode: 'vpc',
      quotaCode: 'L-F678F1CE',
      needed: 1,
      list: (session, region) =>
        ec2Pages(
          session,
          region,
          'ec2:DescribeVpcs',
          ({ sdk, client, options }, NextToken) =>
            client.send(new sdk.DescribeVpcsCommand({ NextToken }), options),
          (page) => page.Vpcs,
        ),
    },
    {
      what: 'Elastic IP addresses',
      serviceCode: 'ec2',
      quotaCode: 'L-0263D0A3',
      needed: addresses,
      list: async (session, region) => {
        const { Addresses = [] } = await ec2Call(
          session,
          region,
          'ec2:DescribeAddresses',
          ({ sdk, client, options }) => client.send(new sdk.DescribeAddressesCommand({}), options),
        );
        return Addresses;
      },
    },
  ];
  return all.filter(({ needed }) => needed > 0);
}

/** Whether the account has room for the plan's own network; what an earlier deploy of it made counts as the plan's. */
export async function networkQuotas(session: Session, plan: Plan): Promise<Finding[]> {
  const { region } = plan.choice;
  if (plan.requirements.network.vpcId !== null) return [];
  return Promise.all(
    kinds(plan).map(async ({ what, serviceCode, quotaCode, needed, list }) => {
      const check = `quota ${what}`;
      try {
        const [quota, all] = await Promise.all([
          quotaValue(session, region, quotaCode, serviceCode),
          list(session, region),
        ]);
        const others = all.filter(
          ({ Tags = [] }) => !Tags.some(({ Key, Value }) => Key === PLAN_TAG && Value === plan.name),
        ).length;
        const detail = `${quota} in ${region}; ${others} in use, the plan needs ${needed}`;
        if (others + needed <= quota) return pass(check, detail);
        return fail(
          check,
          detail,
          `aws service-quotas request-service-quota-increase --service-code ${serviceCode} --quota-code ${quotaCode} --region ${region} --desired-value ${others + needed}`,
        );
      } catch (thrown) {
        return unanswered(check, thrown, 'look for it in the Service Quotas console');
      }
    }),
  );
}
