import { quote, UserError } from '../errors';
import type { Plan } from './schema';

/** What there can be only one of, as this plan would have it, and how to give each plan its own. */
function claimsOf({ name, requirements }: Plan): { readonly claim: string; readonly fix: string }[] {
  const { stateBackend, network } = requirements;
  const { vpcId, domain, interfaceEndpoints, routeTableIds } = network;
  return [
    { claim: `are named ${quote(name)}`, fix: 'a stack is named after its plan, so give one another name' },
    ...(stateBackend === null
      ? []
      : [
          {
            claim: `keep their Terraform state in s3://${stateBackend.bucket}/${stateBackend.key}`,
            fix: 'applying one would destroy the other: leave stateBackend.key out, or give each its own',
          },
        ]),
    ...(domain === null
      ? []
      : [
          {
            claim: `make the record ${domain.name} (network.domain)`,
            fix: 'it can lead to one front door only: give each its own name',
          },
        ]),
    ...[...new Set(interfaceEndpoints)].map((service) => ({
      claim: `make the endpoint ${service} in ${vpcId} (network.interfaceEndpoints)`,
      fix: 'a VPC has one of a kind: leave it to one of them',
    })),
    ...[...new Set(routeTableIds)].map((table) => ({
      claim: `make an S3 gateway endpoint for ${table} (network.routeTableIds)`,
      fix: 'a route table takes one: leave it to one of them',
    })),
  ];
}

/**
 * Plans that are to be deployed side by side.
 * @throws UserError where two claim what there can be only one of
 */
export function standTogether<P extends Plan>(plans: readonly P[]): readonly P[] {
  const owners = new Map<string, string>();
  for (const plan of plans) {
    for (const { claim, fix } of claimsOf(plan)) {
      const owner = owners.get(claim);
      if (owner === undefined) owners.set(claim, plan.name);
      else
        throw new UserError(
          `two plans ${owner === plan.name ? '' : `(${owner} and ${plan.name}) `}${claim}; ${fix}`,
        );
    }
  }
  return plans;
}
