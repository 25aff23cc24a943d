import { findInstanceType } from '../../hardware/instance-types';
import type { Plan } from '../../plan/schema';
import { AwsFailure } from '../failure';
import { allPages } from '../pages';
import type { Session } from '../session';
import { type Finding, fail, pass, unanswered, warn } from './finding';
import { onDemandQuota, spotQuota, type VcpuQuota } from './quota-codes';
import { type RunningMachine, runningMachines } from './running';

interface Need {
  readonly quota: VcpuQuota;
  readonly spot: boolean;
  /** At the planned size, and when the group has grown as far as it may. */
  readonly vcpus: number;
  readonly mostVcpus: number;
}

/** vCPUs that a plan draws on each quota; capacity blocks draw on none. */
export function quotaNeeds({ choice, scaling, requirements }: Plan): Need[] {
  const type = findInstanceType(choice.instanceType);
  if (type === undefined || choice.market === 'capacity-block') return [];
  const need = (quota: VcpuQuota, spot: boolean, now: number, most: number): Need => ({
    quota,
    spot,
    vcpus: now * type.vcpus,
    mostVcpus: most * type.vcpus,
  });
  const { instances } = choice;
  const most = Math.max(instances, scaling.maxInstances);
  if (choice.market === 'on-demand') return [need(onDemandQuota(type), false, instances, most)];
  const base = Math.min(requirements.deployment.onDemandBase, instances);
  return [
    need(spotQuota(type), true, instances - base, most - base),
    ...(base > 0 ? [need(onDemandQuota(type), false, base, base)] : []),
  ].filter(({ mostVcpus }) => mostVcpus > 0);
}

/** Each quota against what the plan needs on top of what runs already (machines of this plan itself not counted twice). */
export async function quotas(session: Session, plan: Plan): Promise<Finding[]> {
  const { region, market } = plan.choice;
  const needs = quotaNeeds(plan);
  if (needs.length === 0) return [pass('quota', `none needed: ${market} machines draw on no vCPU quota`)];
  let running: RunningMachine[] | null = null;
  let usage: Finding | null = null;
  try {
    running = await runningMachines(session, region, plan.name);
  } catch (thrown) {
    usage = unanswered('quota in use', thrown, 'run preflight again');
  }
  const findings = await Promise.all(needs.map((need) => quota(session, region, need, running)));
  return usage === null ? findings : [...findings, usage];
}

async function quota(
  session: Session,
  region: string,
  { quota: { code, name, counts }, spot, vcpus, mostVcpus }: Need,
  running: readonly RunningMachine[] | null,
): Promise<Finding> {
  const check = `quota ${name}`;
  const inUse = (running ?? [])
    .filter((machine) => machine.spot === spot && counts(machine.type))
    .reduce((sum, machine) => sum + machine.vcpus, 0);
  try {
    const found =
      code === null
        ? await findByName(session, region)
        : { code, value: await quotaValue(session, region, code) };
    if (found === null)
      return warn(
        check,
        `not found in ${region}`,
        `look for it in the Service Quotas console and have it raised to ${mostVcpus + inUse} vCPUs`,
      );
    const request = `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code ${found.code} --region ${region} --desired-value ${mostVcpus + inUse}`;
    const detail = `${found.value} vCPUs in ${region}; ${inUse} in use, the plan needs ${vcpus}, ${mostVcpus} when grown`;
    if (vcpus + inUse > found.value) return fail(check, detail, request);
    return mostVcpus + inUse > found.value ? warn(check, detail, request) : pass(check, detail);
  } catch (thrown) {
    return unanswered(check, thrown, 'look for it in the Service Quotas console');
  }
}

/** The quota of the account, or AWS's default where the account never had one of its own. */
export async function quotaValue(
  session: Session,
  region: string,
  QuotaCode: string,
  ServiceCode = 'ec2',
): Promise<number> {
  const { ServiceQuotasClient, GetServiceQuotaCommand, GetAWSDefaultServiceQuotaCommand } = await import(
    '@aws-sdk/client-service-quotas'
  );
  const client = await session.client('quotas', region, (config) => new ServiceQuotasClient(config));
  const key = { ServiceCode, QuotaCode };
  try {
    const answer = await session.call('servicequotas:GetServiceQuota', (options) =>
      client.send(new GetServiceQuotaCommand(key), options),
    );
    return quotaFigure(answer.Quota?.Value);
  } catch (thrown) {
    if (!(thrown instanceof AwsFailure) || thrown.kind !== 'not-found') throw thrown;
    const answer = await session.call('servicequotas:GetAWSDefaultServiceQuota', (options) =>
      client.send(new GetAWSDefaultServiceQuotaCommand(key), options),
    );
    return quotaFigure(answer.Quota?.Value);
  }
}

function quotaFigure(value: number | undefined): number {
  if (value !== undefined && Number.isFinite(value)) return value;
  throw new AwsFailure(
    'unreadable',
    'servicequotas:GetServiceQuota',
    'servicequotas:GetServiceQuota: no value in the answer',
  );
}

/** P6 spot is named differently from source to source, so it is looked up; null when no quota has such a name. */
async function findByName(session: Session, region: string): Promise<{ code: string; value: number } | null> {
  const { ServiceQuotasClient, ListServiceQuotasCommand } = await import('@aws-sdk/client-service-quotas');
  const client = await session.client('quotas', region, (config) => new ServiceQuotasClient(config));
  const action = 'servicequotas:ListServiceQuotas';
  const all = await allPages(
    action,
    (NextToken) =>
      session.call(action, (options) =>
        client.send(
          new ListServiceQuotasCommand({ ServiceCode: 'ec2', MaxResults: 100, NextToken }),
          options,
        ),
      ),
    (page) => page.NextToken,
    (page) => page.Quotas,
  );
  const spotNamed = all.filter(({ QuotaName = '' }) => /spot/i.test(QuotaName));
  const found = [/\bP6/, /\bP5/]
    .map((p) => spotNamed.find(({ QuotaName = '' }) => p.test(QuotaName)))
    .find((quota) => quota);
  return found?.QuotaCode ? { code: found.QuotaCode, value: quotaFigure(found.Value) } : null;
}
