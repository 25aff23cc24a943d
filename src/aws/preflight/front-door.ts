import type { Plan } from '../../plan/schema';
import type { Session } from '../session';
import { type Finding, fail, pass, unanswered, warn } from './finding';

const MILLISECONDS_PER_DAY = 86_400_000;
const SOON_DAYS = 30;

/** The certificate: issued, in the plan's region, not about to expire. */
export async function certificate(
  session: Session,
  { choice, requirements }: Plan,
  now: Date,
): Promise<Finding> {
  const check = 'certificate';
  const { certificateArn, domain } = requirements.network;
  if (certificateArn === null) return pass(check, domain === null ? 'none asked for' : 'a new one is issued');
  const again = `request one in ${choice.region} (aws acm request-certificate) and set network.certificateArn`;
  const region = certificateArn.split(':')[3] ?? '';
  if (region !== choice.region)
    return fail(check, `it is in ${region}, the load balancer in ${choice.region}`, again);
  try {
    const { ACMClient, DescribeCertificateCommand } = await import('@aws-sdk/client-acm');
    const client = await session.client('acm', region, (config) => new ACMClient(config));
    const { Certificate } = await session.call('acm:DescribeCertificate', (options) =>
      client.send(new DescribeCertificateCommand({ CertificateArn: certificateArn }), options),
    );
    if (Certificate?.Status !== 'ISSUED')
      return fail(
        check,
        `its status is ${Certificate?.Status ?? 'unknown'}, not ISSUED`,
        'finish its validation, or request another',
      );
    const days = Certificate.NotAfter
      ? (Certificate.NotAfter.getTime() - now.getTime()) / MILLISECONDS_PER_DAY
      : null;
    if (days !== null && days < SOON_DAYS)
      return warn(
        check,
        `it expires in ${Math.max(0, Math.floor(days))} days`,
        'see why ACM does not renew it',
      );
    return pass(check, `issued for ${Certificate.DomainName ?? 'its domain'}`);
  } catch (thrown) {
    return unanswered(check, thrown, again);
  }
}

/** The hosted zone that the front door's name lies in. */
export async function hostedZone(session: Session, { choice, requirements }: Plan): Promise<Finding> {
  const check = 'hosted zone';
  const { domain } = requirements.network;
  if (domain === null) return pass(check, 'none asked for');
  const again = 'correct network.domain in selfhost.yaml and plan again';
  try {
    const { Route53Client, GetHostedZoneCommand } = await import('@aws-sdk/client-route-53');
    const client = await session.client('route53', choice.region, (config) => new Route53Client(config));
    const { HostedZone } = await session.call('route53:GetHostedZone', (options) =>
      client.send(new GetHostedZoneCommand({ Id: domain.hostedZoneId }), options),
    );
    const zone = HostedZone?.Name?.replace(/\.$/, '') ?? '';
    if (domain.name !== zone && !domain.name.endsWith(`.${zone}`))
      return fail(check, `${domain.name} is not in zone ${zone}`, again);
    if (HostedZone?.Config?.PrivateZone) {
      return fail(
        check,
        `zone ${zone} is private: a certificate cannot be validated in it`,
        'use a public zone, or a certificate of your own in network.certificateArn',
      );
    }
    return pass(check, `${domain.name} is in zone ${zone}`);
  } catch (thrown) {
    return unanswered(check, thrown, again);
  }
}
