import type { Plan } from '../../plan/schema';
import type { Session } from '../session';
import { endpoints } from './endpoints';
import type { Finding } from './finding';
import { certificate, hostedZone } from './front-door';
import type { Hub } from './hub';
import { identity, regionEnabled } from './identity';
import { engineImage, machineImage } from './images';
import { networkQuotas } from './network-quota';
import { subnets, zones } from './places';
import { quotas } from './quota';
import { reservation } from './reservation';
import { keyService, secrets } from './secrets';
import { budgetTag, stateBucket } from './state-and-budget';
import { weights } from './weights';

export interface PreflightOptions {
  readonly hub: Hub;
  readonly now: Date;
  /** Show the last four digits of the account. */
  readonly lastDigits: boolean;
}

/**
 * Everything that can be known before a deploy, in the order a deploy would meet it. Reads only.
 * Without credentials the first line says so and nothing else is asked.
 */
export async function preflight(session: Session, plan: Plan, options: PreflightOptions): Promise<Finding[]> {
  const { region } = plan.choice;
  const who = await identity(session, region, options.lastDigits);
  if (who.status === 'fail') return [who];
  const enabled = await regionEnabled(session, region);
  if (enabled.status === 'fail') return [who, enabled];
  const rest = await Promise.all([
    quotas(session, plan),
    zones(session, plan),
    networkQuotas(session, plan),
    subnets(session, plan),
    endpoints(session, plan),
    reservation(session, plan),
    machineImage(session, plan),
    engineImage(session, plan),
    certificate(session, plan, options.now),
    hostedZone(session, plan),
    secrets(session, plan),
    keyService(session, plan),
    weights(session, plan, options.hub),
    stateBucket(session, plan),
    budgetTag(session, plan),
  ]);
  return [who, enabled, ...rest.flat()];
}
