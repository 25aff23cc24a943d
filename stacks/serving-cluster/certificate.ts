import type { Plan } from '../../src/plan/schema';
import { AcmCertificate, AcmCertificateValidation, Route53Record } from '../aws';
import { Construct } from '../cdk';
import { literal } from '../literal';

/** A certificate for the plan's name, proven by a record in its zone; AWS renews it as long as the record stays. */
export class Certificate extends Construct {
  /** Known once the certificate is issued. */
  readonly arn: string;

  constructor(scope: Construct, id: string, domain: NonNullable<Plan['requirements']['network']['domain']>) {
    super(scope, id);
    const certificate = new AcmCertificate(this, 'certificate', {
      domainName: literal(domain.name),
      validationMethod: 'DNS',
      lifecycle: { createBeforeDestroy: true },
    });
    // A set with one member, because there is one name.
    const proof = (part: string) =>
      `\${tolist(${certificate.fqn}.domain_validation_options)[0].resource_record_${part}}`;
    const record = new Route53Record(this, 'proof', {
      zoneId: literal(domain.hostedZoneId),
      name: proof('name'),
      type: proof('type'),
      records: [proof('value')],
      ttl: 300,
      allowOverwrite: true,
    });
    this.arn = new AcmCertificateValidation(this, 'issued', {
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    }).certificateArn;
  }
}
