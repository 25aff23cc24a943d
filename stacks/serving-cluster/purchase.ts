import { quote, UserError } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import type { AutoscalingGroupConfig, LaunchTemplateConfig } from '../aws';
import { Token } from '../cdk';
import { literal } from '../literal';

/** Market and reservation of the launch template. One launch has one market, so spot is the group's to say. */
export function marketOf(plan: Plan): Partial<LaunchTemplateConfig> {
  const { capacityReservationId } = plan.requirements.deployment;
  const block = plan.choice.market === 'capacity-block';
  if (block && capacityReservationId === null) {
    throw new UserError(
      `plan ${plan.name}: a capacity block is bought first; name its reservation in deployment.capacityReservationId ` +
        '(docs/deploy.md) or plan with markets on-demand or spot',
    );
  }
  if (capacityReservationId === null) return {};
  return {
    // Without the market type EC2 answers 'the market type option is not valid' for a block.
    ...(block ? { instanceMarketOptions: { marketType: 'capacity-block' } } : {}),
    capacityReservationSpecification: {
      capacityReservationTarget: { capacityReservationId: literal(capacityReservationId) },
    },
  };
}

/** The types that a spot group may mix; the plan's first. */
function spotTypes({ choice, requirements }: Plan): string[] {
  const { spotInstanceTypes } = requirements.deployment;
  if (spotInstanceTypes.length > 0 && !spotInstanceTypes.includes(choice.instanceType)) {
    throw new UserError(
      `deployment.spotInstanceTypes (${spotInstanceTypes.join(', ')}) do not hold the plan's type ${quote(choice.instanceType)}; ` +
        'add it or plan with instanceTypes.allow set to them',
    );
  }
  return [...new Set([choice.instanceType, ...spotInstanceTypes])];
}

/** How the group buys its machines, from the launch template of one. */
export function purchaseOf(
  plan: Plan,
  machine: { readonly templateId: string; readonly templateVersion: number },
): Partial<AutoscalingGroupConfig> {
  const version = Token.asString(machine.templateVersion);
  if (plan.choice.market !== 'spot') return { launchTemplate: { id: machine.templateId, version } };
  return {
    // Replace a machine when AWS expects to take it, not two minutes before.
    capacityRebalance: true,
    mixedInstancesPolicy: {
      instancesDistribution: {
        onDemandBaseCapacity: plan.requirements.deployment.onDemandBase,
        onDemandPercentageAboveBaseCapacity: 0,
        spotAllocationStrategy: 'price-capacity-optimized',
      },
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: machine.templateId, version },
        override: spotTypes(plan).map((name) => ({ instanceType: literal(name) })),
      },
    },
  };
}
