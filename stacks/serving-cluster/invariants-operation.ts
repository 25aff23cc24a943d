import { quote } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { isPrivateEcr } from '../../src/requirements/deployment';
import { elsewhere } from '../../src/requirements/regional';
import { HOOK_LIMIT_SECONDS, launchHeartbeat, SPOT_NOTICE_SECONDS, SPOT_REACTION_SECONDS } from './lifecycle';
import { MACHINE_PORTS, machineConcurrency } from './replicas';
import { zonePrefix } from './subnet-plan';

/** What one rule says about a plan: nothing, or which two numbers disagree and what to do. */
export interface Invariant {
  readonly name: string;
  check(plan: Plan): string | undefined;
}

export const unless = (holds: boolean, message: string): string | undefined => (holds ? undefined : message);

/** AWS, 'Target optimizer': TARGET_CONTROL_MAX_CONCURRENCY is 0 to 1,000. */
const AGENT_CONCURRENCY_LIMIT = 1000;

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
      const named = risks.some((risk) => /spot.*\blost\b/i.test(risk));
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
        network.natGateways !== 'none' ||
          (deployment.image !== null && isPrivateEcr(deployment.image) && deployment.weights === 's3'),
        `network.natGateways is none and the image ${quote(deployment.image ?? engine.image)} or weights from ${deployment.weights} need ` +
          'the internet; make deployment.image a copy in ECR and deployment.weights s3',
      );
    },
  },
  {
    name: 'one-web-acl',
    check: ({ requirements: { network } }) =>
      unless(
        network.rateLimitPerKey === null || network.webAclArn === null,
        `network.rateLimitPerKey ${network.rateLimitPerKey} makes a web ACL and network.webAclArn names ${network.webAclArn}: a load ` +
          'balancer takes one; add the rule to yours and make rateLimitPerKey null',
      ),
  },
  {
    name: 'one-bearer',
    check: ({ requirements: { network, deployment } }) =>
      unless(
        network.jwt === null || deployment.apiKey === 'none',
        `network.jwt asks for tokens of ${network.jwt?.issuer} and deployment.apiKey ${deployment.apiKey} for a key, both in the Authorization ` +
          'header: no request could have both; make one of them none',
      ),
  },
  {
    name: 'sleep-outlasts-requests',
    check: ({ requirements, timeoutsSeconds: t }) => {
      const minutes = requirements.deployment.sleepAfterMinutes;
      return unless(
        minutes === null || 60 * minutes > t.longestRequest,
        `deployment.sleepAfterMinutes ${minutes} is not above the longest planned request, ${t.longestRequest} s: the fleet would go to ` +
          `sleep while it answers; make it more than ${Math.floor(t.longestRequest / 60)} minutes`,
      );
    },
  },
  {
    name: 'hours-within-range',
    check: ({ scaling }) => {
      const most = Math.max(0, ...(scaling.hourlyInstances ?? []));
      return unless(
        most <= scaling.maxInstances,
        `scaling.hourlyInstances asks for ${most} machines, scaling.maxInstances allows ${scaling.maxInstances}; raise it`,
      );
    },
  },
  {
    name: 'hours-or-sleep',
    check: ({ requirements, scaling }) => {
      const minutes = requirements.deployment.sleepAfterMinutes;
      const fewest = Math.min(...(scaling.hourlyInstances ?? [0]));
      return unless(
        minutes === null || fewest === 0,
        `scaling.hourlyInstances keeps ${fewest} machine(s) or more at every hour, deployment.sleepAfterMinutes ${minutes} wants none; ` +
          'choose one of them',
      );
    },
  },
  {
    name: 'agent-counts-that-far',
    check: (plan) => {
      const wanted = machineConcurrency(plan);
      return unless(
        plan.requirements.network.targetControlPort === null || wanted <= AGENT_CONCURRENCY_LIMIT,
        `a machine runs ${wanted} requests at once, Target Optimizer's agent counts to ${AGENT_CONCURRENCY_LIMIT}: it would leave the rest ` +
          'idle; lower engine.maxNumSeqs or make network.targetControlPort null',
      );
    },
  },
  {
    name: 'agent-or-encryption',
    check: ({ requirements: { network } }) =>
      unless(
        network.targetControlPort === null || !network.encryptToMachines,
        `network.targetControlPort ${network.targetControlPort} puts an agent that speaks plain HTTP on the service port, network.encryptToMachines ` +
          'wants TLS there; choose one of them',
      ),
  },
  {
    name: 'agent-port-is-free',
    check: ({ requirements }) => {
      const port = requirements.network.targetControlPort;
      const [first, last] = MACHINE_PORTS;
      return unless(
        port === null || port < first || port > last,
        `network.targetControlPort ${port} lies among the machine's own ports, ${first} to ${last}; choose another, such as 3000`,
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
  {
    // A plan edited by hand, or of another region: AWS would refuse its subnets half-way through an apply.
    name: 'zones-in-region',
    check: ({ choice }) => {
      const all = [...choice.zoneIds, ...choice.loadBalancerZoneIds];
      const begins = zonePrefix(choice.region);
      const abroad = all.filter((zone) => !zone.startsWith(`${begins}-`));
      return unless(
        abroad.length === 0,
        `zone ${quote([...new Set(abroad)].join(', '))} does not lie in ${choice.region}, whose zones begin with ${begins}-; choose zones of the ` +
          'region in choice.zoneIds and choice.loadBalancerZoneIds, or plan again',
      );
    },
  },
  {
    // Planning refuses these; a plan edited by hand has not passed it.
    name: 'named-things-in-region',
    check: ({ choice, requirements }) => {
      const named = elsewhere(requirements, choice.region);
      return unless(
        named.length === 0,
        `${named.map(({ field, region }) => `${field} lies in ${region}`).join(', ')}, the machines in ${choice.region} (choice.region): the stack ` +
          'could not use it; name one that lies there, or plan again',
      );
    },
  },
];
