import { UserError } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { AutoscalingGroup, type AutoscalingGroupConfig, AutoscalingLifecycleHook } from '../aws';
import { Construct, type ITerraformDependable, Token } from '../cdk';
import { literal, literalMap } from '../literal';
import type { Machine } from './machine';
import { DRAIN_HOOK, groupName, tagsOf } from './names';

/** How the group buys its machines. */
function purchase(plan: Plan, machine: Machine): Partial<AutoscalingGroupConfig> {
  const version = Token.asString(machine.templateVersion);
  switch (plan.choice.market) {
    case 'on-demand':
      return { launchTemplate: { id: machine.templateId, version } };
    case 'spot':
      return {
        // Replace a machine when AWS expects to take it, not two minutes before.
        capacityRebalance: true,
        mixedInstancesPolicy: {
          instancesDistribution: {
            onDemandBaseCapacity: 0,
            onDemandPercentageAboveBaseCapacity: 0,
            spotAllocationStrategy: 'price-capacity-optimized',
          },
          launchTemplate: {
            launchTemplateSpecification: { launchTemplateId: machine.templateId, version },
            override: [{ instanceType: literal(plan.choice.instanceType) }],
          },
        },
      };
    case 'capacity-block':
      throw new UserError(
        `plan ${plan.name}: a capacity block is bought for fixed dates and cannot be deployed yet; plan with markets on-demand or spot`,
      );
  }
}

/** The machines, kept at the plan's number and drained before they go. */
export class Fleet extends Construct {
  readonly groupName: string;

  constructor(
    scope: Construct,
    id: string,
    plan: Plan,
    machine: Machine,
    subnetIds: string[],
    targetGroupArn: string,
    dependsOn: ITerraformDependable[],
  ) {
    super(scope, id);
    const { timeoutsSeconds: timeouts, scaling, choice } = plan;
    const tags = literalMap({ ...tagsOf(plan), Name: plan.name });
    const group = new AutoscalingGroup(this, 'group', {
      name: groupName(plan),
      ...purchase(plan, machine),
      vpcZoneIdentifier: subnetIds,
      targetGroupArns: [targetGroupArn],
      minSize: scaling.minInstances,
      maxSize: scaling.maxInstances,
      desiredCapacity: choice.instances,
      healthCheckType: 'ELB',
      // A machine that still loads its weights is not unhealthy. Twice the prediction: one that is merely slower must not
      // be replaced, again and again, by another just as slow.
      healthCheckGracePeriod: 2 * timeouts.coldStart,
      defaultInstanceWarmup: timeouts.coldStart,
      // Do not wait: GPU capacity may take long to come, and a wait that expires taints the group, so that the next
      // apply would destroy it.
      waitForCapacityTimeout: '0',
      instanceRefresh: {
        strategy: 'Rolling',
        preferences: {
          // The new machine first, then the old one goes; without spare capacity or quota the old one goes on serving.
          minHealthyPercentage: 100,
          maxHealthyPercentage: 100 + Math.ceil(100 / choice.instances),
          skipMatching: true,
          autoRollback: true,
        },
      },
      // Set beside the launch template's, which tag what is launched; these tag the group itself.
      tag: Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: false })),
      // Emptying the group takes a drain: 10 minutes, the provider's default, may be too short.
      timeouts: { delete: `${timeouts.deregistrationDelay + timeouts.lifecycleHeartbeat + 600}s` },
      dependsOn,
    });
    this.groupName = group.name;
    new AutoscalingLifecycleHook(this, 'drain', {
      name: DRAIN_HOOK,
      autoscalingGroupName: group.name,
      lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      heartbeatTimeout: timeouts.lifecycleHeartbeat,
      // A machine that cannot report goes too.
      defaultResult: 'CONTINUE',
    });
  }
}
