import { quote } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { HOOK_LIMIT_SECONDS, launchHeartbeat, SPOT_NOTICE_SECONDS, SPOT_REACTION_SECONDS } from './lifecycle';

/** What one rule says about a plan: nothing, or which two numbers disagree and what to do. */
export interface Invariant {
  readonly name: string;
  check(plan: Plan): string | undefined;
}

export const unless = (holds: boolean, message: string): string | undefined => (holds ? undefined : message);

/** The relations that running the fleet relies on: launch, spot, schedule, network. */
export const OPERATION_INVARIANTS: readonly Invariant[] = [
  {
    name: 'launch-outlasts-cold-start',
    check: (plan) => {
      const { coldStart } = plan.timeoutsSeconds;
      // Half of it again for what the prediction misses.
      return unless(
        launchHeartbeat(plan) >= 1.5 * coldStart,
        `a cold start of ${coldStart} s leaves no room in the launch hook, at most ${HOOK_LIMIT_SECONDS} s: machines would be given up ` +
          'while they load; make timeoutsSeconds.coldStart shorter (weights from S3, local NVMe)',
      );
    },
  },
  {
    name: 'spot-loss-is-named',
    check: ({ choice, timeoutsSeconds: t, risks }) => {
      const left = SPOT_NOTICE_SECONDS - SPOT_REACTION_SECONDS;
      const named = risks.some((risk) => /spot/i.test(risk));
      return unless(
        choice.market !== 'spot' || t.longestRequest <= left || named,
        `the longest planned request takes ${t.longestRequest} s, a spot notice leaves ${left} s: requests would be lost and the plan does ` +
          'not say so; add it to the risks, choose on-demand or shorten the outputs',
      );
    },
  },
  {
    name: 'schedule-within-range',
    check: ({ requirements, scaling }) => {
      const over = requirements.deployment.schedule.find(
        ({ maxInstances }) => maxInstances > scaling.maxInstances,
      );
      return unless(
        over === undefined,
        `schedule ${over?.name} allows ${over?.maxInstances} instances, the plan ${scaling.maxInstances}: it would cost more than planned; ` +
          'lower deployment.schedule or raise scaling.maxInstances',
      );
    },
  },
  {
    name: 'schedules-have-names',
    check: ({ requirements }) => {
      const names = requirements.deployment.schedule.map(({ name }) => name);
      const bad = names.find(
        (name, index) => !/^[a-z][a-z0-9-]*$/.test(name) || names.indexOf(name) !== index,
      );
      return unless(
        bad === undefined,
        `schedule ${quote(bad ?? '')} is named twice or in other letters than a-z, 0-9 and hyphen; choose another name`,
      );
    },
  },
  {
    name: 'image-without-internet',
    check: ({ requirements, engine }) => {
      const { network, deployment } = requirements;
      return unless(
        network.natGateways !== 'none' || (deployment.image !== null && deployment.weights === 's3'),
        `network.natGateways is none and the image ${quote(deployment.image ?? engine.image)} or weights from ${deployment.weights} need ` +
          'the internet; make deployment.image a copy in ECR and deployment.weights s3',
      );
    },
  },
  {
    name: 'region-is-a-region',
    check: ({ choice }) =>
      unless(
        /^[a-z]{2}(-[a-z]+){1,3}-\d{1,2}$/.test(choice.region),
        `choice.region is ${quote(choice.region)}, not a region such as us-east-1; choose such a one`,
      ),
  },
];
