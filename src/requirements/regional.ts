import type { Requirements } from './requirements';

/** What the user names and which lies in one region: by its field, its ARN where that tells the region, else null. */
function regionalThings({ network, deployment }: Requirements): [field: string, value: string | null][] {
  const secrets: [string, string][] = [
    ['deployment.apiKey', deployment.apiKey],
    ['deployment.huggingFaceToken', deployment.huggingFaceToken],
  ];
  return [
    ['network.vpcId', network.vpcId],
    ['network.certificateArn', network.certificateArn],
    ['network.webAclArn', network.webAclArn],
    ['deployment.kmsKeyArn', deployment.kmsKeyArn],
    ['deployment.secretsKmsKeyArn', deployment.secretsKmsKeyArn],
    ...secrets.filter(([, value]) => value.startsWith('arn:')),
    ['deployment.amiId', deployment.amiId],
    ['deployment.capacityReservationId', deployment.capacityReservationId],
  ];
}

const regionOf = (value: string): string | null => (value.startsWith('arn:') ? value.split(':')[3]! : null);

/** What was named and certainly lies in another region than this one: an id lies in the only region that was asked for. */
export const elsewhere = (
  r: Requirements,
  region: string,
): readonly { readonly field: string; readonly region: string }[] =>
  regionalThings(r).flatMap(([field, value]) => {
    if (value === null) return [];
    const own = regionOf(value) ?? (r.regions.length === 1 ? r.regions[0]! : region);
    return own === region ? [] : [{ field, region: own }];
  });

/** A stack reaches only what lies in its own region: what was named must lie in each region that may be chosen. */
export function regionalProblems(r: Requirements): string[] {
  return regionalThings(r).flatMap(([field, value]) => {
    if (value === null) return [];
    const region = regionOf(value);
    if (region === null) {
      return r.regions.length === 1
        ? []
        : [
            `${field} lies in one region, and regions names ${r.regions.join(' and ')}: leave the one it lies in`,
          ];
    }
    const abroad = r.regions.filter((name) => name !== region);
    return abroad.length === 0
      ? []
      : [
          `${field} lies in ${region}, and regions names ${abroad.join(' and ')}: plan for ${region} only, or name one that lies there`,
        ];
  });
}
