import type { PlanningContext } from '../candidate';

type Requirements = PlanningContext['requirements'];
type Domain = Requirements['network']['domain'];

/** `base` of `assistant-base`. */
const labelOf = (name: string): string => name.slice(name.lastIndexOf('-') + 1);

/** `base.llm.example.com`: a front door has a name of its own, in the same zone even where that is all of the name. */
export const domainOf = (name: string, domain: Domain): Domain =>
  domain && { ...domain, name: `${labelOf(name)}.${domain.name}` };

/**
 * A fleet's requirements under its own name, with what there can be only one of: Terraform state (one for two would destroy
 * one) and a host name of its own; the endpoints that an existing VPC lacks are left to the first fleet.
 */
export function withOwnThings(requirements: Requirements, name: string, first: boolean): Requirements {
  const { stateBackend: state, network } = requirements;
  return {
    ...requirements,
    name,
    network: {
      ...network,
      domain: domainOf(name, network.domain),
      ...(first ? {} : { routeTableIds: [], interfaceEndpoints: [] }),
    },
    stateBackend: state && {
      ...state,
      key: state.key.replace(/(\.[^./]*)?$/, `-${labelOf(name)}$1`),
    },
  };
}
