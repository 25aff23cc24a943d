import type { Plan } from '../../src/plan/schema';
import { AutoscalingGroup, AutoscalingLifecycleHook } from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literalMap } from '../literal';
import { launchHeartbeat } from './lifecycle';
import type { Machine } from './machine';
import { DRAIN_HOOK, groupName, LAUNCH_HOOK, tagsOf } from './names';
import { purchaseOf } from './purchase';
import { scheduleOf } from './schedule';
import { smallestSize } from './sleep';

/**
 * Seconds from a machine's service to figures of it: two scrapes and CloudWatch's minute. Not the cold start: the launch
 * hook has waited for that, a machine that enters service serves.
 */
const WARM_UP_SECONDS = 120;

interface Hook {
  readonly name: string;
  readonly lifecycleTransition: string;
  readonly heartbeatTimeout: number;
  readonly defaultResult: string;
}

function hooksOf(plan: Plan): Hook[] {
  return [
    {
      name: LAUNCH_HOOK,
      lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      heartbeatTimeout: launchHeartbeat(plan),
      // A machine that never says that it serves is replaced.
      defaultResult: 'ABANDON',
    },
    {
      name: DRAIN_HOOK,
      lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      heartbeatTimeout: plan.timeoutsSeconds.lifecycleHeartbeat,
      // A machine that cannot report goes too.
      defaultResult: 'CONTINUE',
    },
  ];
}

/** Shares of the group that stay in service while machines are replaced. */
function replacement({ choice }: Plan): { minHealthyPercentage: number; maxHealthyPercentage: number } {
  const one = Math.ceil(100 / choice.instances);
  // A block holds exactly the machines that were bought: the old one goes first.
  if (choice.market === 'capacity-block') {
    return { minHealthyPercentage: 100 - one, maxHealthyPercentage: 100 };
  }
  // The new machine first, then the old one goes; without spare capacity or quota the old one goes on serving.
  return { minHealthyPercentage: 100, maxHealthyPercentage: 100 + one };
}

/** The machines, kept at the plan's number, in service once they serve, drained before they go. */
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
    const scheduled = scheduleOf(plan).length > 0;
    const percentages = replacement(plan);
    const hooks = hooksOf(plan);
    const group = new AutoscalingGroup(this, 'group', {
      name: groupName(plan),
      ...purchaseOf(plan, machine),
      vpcZoneIdentifier: subnetIds,
      targetGroupArns: [targetGroupArn],
      minSize: smallestSize(plan),
      maxSize: scaling.maxInstances,
      desiredCapacity: choice.instances,
      // Not ELB: that replaces a machine as soon as its engine restarts, which loads for minutes. The load balancer's check
      // routes; a machine itself reports 'Unhealthy' when its restarts are spent (give_up.py), and EC2's checks find the
      // ones that cannot.
      healthCheckType: 'EC2',
      healthCheckGracePeriod: WARM_UP_SECONDS,
      defaultInstanceWarmup: WARM_UP_SECONDS,
      // With the group, so that its first machines wait too; the hooks below keep them in step later.
      initialLifecycleHook: hooks,
      // Do not wait: GPU capacity may take long to come, and a wait that expires taints the group, so that the next
      // apply would destroy it.
      waitForCapacityTimeout: '0',
      enabledMetrics: ['GroupDesiredCapacity', 'GroupInServiceInstances', 'GroupPendingInstances'],
      instanceMaintenancePolicy: percentages,
      instanceRefresh: {
        strategy: 'Rolling',
        preferences: {
          ...percentages,
          skipMatching: true,
          autoRollback: true,
          // The first machine alone for a while: a fault shows before all machines have it.
          ...(choice.instances > 1
            ? { checkpointPercentages: [Math.ceil(100 / choice.instances), 100], checkpointDelay: '600' }
            : {}),
        },
      },
      // Set beside the launch template's, which tag what is launched; these tag the group itself.
      tag: Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: false })),
      // Emptying the group takes a drain: 10 minutes, the provider's default, may be too short.
      timeouts: { delete: `${timeouts.deregistrationDelay + timeouts.lifecycleHeartbeat + 600}s` },
      // What scaling has set stays when Terraform runs again.
      lifecycle: { ignoreChanges: ['desired_capacity', ...(scheduled ? ['min_size', 'max_size'] : [])] },
      dependsOn,
    });
    this.groupName = group.name;
    for (const { name, ...hook } of hooks) {
      new AutoscalingLifecycleHook(this, name, { name, autoscalingGroupName: group.name, ...hook });
    }
  }
}
