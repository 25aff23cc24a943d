import { quotaValue } from '../preflight/quota';
import { QUOTA_CODES } from '../preflight/quota-codes';
import type { Session } from '../session';

/** The vCPU quotas that GPU machines draw on, of this account in a region, by code; all or an error. */
export async function accountQuotas(session: Session, region: string): Promise<Record<string, number>> {
  const values = await Promise.all(
    QUOTA_CODES.map(async (code) => [code, await quotaValue(session, region, code)] as const),
  );
  return Object.fromEntries(values);
}
