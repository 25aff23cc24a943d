import { UserError } from '../../src/errors';
import { checkInvariants, INVARIANTS } from '../../stacks/serving-cluster/invariants';
import { makePlan, type PlanOverrides, withAdapters } from './make-plan';

/** For each invariant, a plan that just breaks it and the numbers its message must name. */
const BROKEN: Record<string, { overrides: PlanOverrides; names: (string | number)[] }> = {
  'deregistration-outlasts-requests': {
    overrides: { timeoutsSeconds: { deregistrationDelay: 599 } },
    names: [599, 600],
  },
  'systemd-outlasts-engine': { overrides: { timeoutsSeconds: { systemdStop: 601 } }, names: [600, 601] },
  'hook-outlasts-systemd': { overrides: { timeoutsSeconds: { lifecycleHeartbeat: 660 } }, names: [660] },
  'idle-outlasts-silence': { overrides: { timeoutsSeconds: { loadBalancerIdle: 599 } }, names: [599, 600] },
  'keep-alive-outlasts-idle': { overrides: { timeoutsSeconds: { loadBalancerIdle: 930 } }, names: [930] },
  'engine-keep-alive-as-planned': {
    overrides: { timeoutsSeconds: { engineKeepAlive: 931 } },
    names: [930, 931],
  },
  'engine-shutdown-as-planned': {
    overrides: { timeoutsSeconds: { engineShutdown: 601 } },
    names: [600, 601],
  },
  'target-below-batch': { overrides: { scaling: { targetConcurrencyPerReplica: 32 } }, names: [32] },
  'group-sizes-in-order': { overrides: { choice: { instances: 5 } }, names: [5, 2, 4] },
  'gpus-suffice': { overrides: { choice: { replicasPerInstance: 2 } }, names: [2, 1] },
  'load-balancer-zones': {
    overrides: { choice: { zoneIds: ['use1-az1'], loadBalancerZoneIds: ['use1-az1', 'use1-az1'] } },
    names: [1, 2],
  },
  'machine-zones-as-required': { overrides: { requirements: { minZones: 3 } }, names: [2, 3] },
  'zones-in-region': {
    overrides: { choice: { region: 'eu-north-1' } },
    names: ['use1-az1, use1-az4', 'eu-north-1', 'eun1-'],
  },
  'machine-zones-reachable': {
    overrides: { choice: { zoneIds: ['use1-az5'] } },
    names: ['use1-az5', 'use1-az1, use1-az4'],
  },
};

const night = { name: 'night', cron: '0 22 * * *', timeZone: 'Etc/UTC', minInstances: 0 };
const OPERATION: typeof BROKEN = {
  'launch-outlasts-cold-start': { overrides: { timeoutsSeconds: { coldStart: 4801 } }, names: [4801, 7200] },
  'spot-loss-is-named': { overrides: { choice: { market: 'spot' } }, names: [600, 95] },
  'schedule-within-range': {
    overrides: { requirements: { deployment: { schedule: [{ ...night, maxInstances: 5 }] } } },
    names: ['night', 5, 4],
  },
  'schedules-have-names': {
    overrides: {
      requirements: {
        deployment: {
          schedule: [
            { ...night, maxInstances: 1 },
            { ...night, maxInstances: 2 },
          ],
        },
      },
    },
    names: ['night'],
  },
  'image-without-internet': {
    overrides: { requirements: { network: { natGateways: 'none' } } },
    names: ['vllm/vllm-openai:v0.31.0', 'huggingface'],
  },
  'one-web-acl': {
    overrides: { requirements: { network: { rateLimitPerKey: 60, webAclArn: 'arn:x' } } },
    names: [60, 'arn:x'],
  },
  'one-bearer': {
    overrides: {
      requirements: {
        network: { jwt: { issuer: 'https://id.example.com', jwksUrl: 'https://id.example.com/keys' } },
        deployment: { apiKey: 'variable' },
      },
    },
    names: ['https://id.example.com', 'variable'],
  },
  'sleep-outlasts-requests': {
    overrides: { requirements: { deployment: { sleepAfterMinutes: 10 } } },
    names: [10, 600],
  },
  'hours-within-range': {
    overrides: { scaling: { hourlyInstances: [...Array<number>(23).fill(2), 5] } },
    names: [5, 4],
  },
  'hours-or-sleep': {
    overrides: {
      scaling: { hourlyInstances: Array<number>(24).fill(2) },
      requirements: { deployment: { sleepAfterMinutes: 30 } },
    },
    names: [2, 30],
  },
  'agent-counts-that-far': {
    overrides: { engine: { maxNumSeqs: 1001 }, requirements: { network: { targetControlPort: 3000 } } },
    names: [1001, 1000],
  },
  'agent-or-encryption': {
    overrides: { requirements: { network: { targetControlPort: 3000, encryptToMachines: true } } },
    names: [3000],
  },
  'agent-port-is-free': {
    overrides: { requirements: { network: { targetControlPort: 8000 } } },
    names: [8000, 8100],
  },
  'named-things-in-region': {
    overrides: {
      requirements: {
        network: { certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/a' },
        deployment: { apiKey: 'arn:aws:secretsmanager:eu-west-2:123456789012:secret:key-AbCdEf' },
      },
    },
    names: ['network.certificateArn', 'eu-west-1', 'deployment.apiKey', 'eu-west-2', 'us-east-1'],
  },
  'region-is-a-region': { overrides: { choice: { region: 'mars' } }, names: ['mars'] },
};
const many = Array.from({ length: 40 }, (_, index) => ({
  name: `tone-${index}`,
  repository: `acme/tone-lora-${index}`,
  revision: 'c'.repeat(40),
  rank: 16,
}));
const ADAPTERS: typeof BROKEN = {
  'adapters-as-planned': {
    overrides: { requirements: withAdapters().requirements! },
    names: ['support', 'acme/support-lora', 'aaaaaaaa', '--lora-modules'],
  },
  'adapters-stay': {
    overrides: {
      engine: { environment: { ...makePlan().engine.environment, VLLM_ALLOW_RUNTIME_LORA_UPDATING: '1' } },
    },
    names: ['VLLM_ALLOW_RUNTIME_LORA_UPDATING'],
  },
  'adapters-fit-the-role': {
    overrides: {
      ...withAdapters(many),
      requirements: { ...withAdapters(many).requirements, deployment: { weights: 's3' } },
    },
    names: [40, 10240],
  },
};
Object.assign(BROKEN, OPERATION, ADAPTERS);

/** Nothing but the schema can break it: the schema already refuses more than 4,000 s. */
const BY_SCHEMA = ['idle-within-limit'];

describe('invariants', () => {
  it('hold for the fixture', () => {
    for (const { check } of INVARIANTS) expect(check(makePlan())).toBeUndefined();
  });

  it('each have a failing case here', () => {
    expect([...Object.keys(BROKEN), ...BY_SCHEMA].sort()).toEqual(INVARIANTS.map(({ name }) => name).sort());
  });

  it.each(Object.entries(BROKEN))('%s fails naming the numbers and the fix', (name, { overrides, names }) => {
    const plan = makePlan(overrides);
    const message = INVARIANTS.find((invariant) => invariant.name === name)!.check(plan);
    for (const part of names) expect(message).toContain(String(part));
    expect(message).toMatch(/; (raise|lower|make|widen|add|choose|shorten|name)/);
    expect(message).not.toContain('\n');
    expect(() => checkInvariants(plan)).toThrow(UserError);
  });

  it('an id lies where its plan was made, and cannot follow the machines to another region', () => {
    const { check } = INVARIANTS.find(({ name }) => name === 'named-things-in-region')!;
    const named = { deployment: { amiId: 'ami-0123456789abcdef0' } };
    expect(check(makePlan({ requirements: named }))).toBeUndefined();
    expect(check(makePlan({ requirements: named, choice: { region: 'us-west-2' } }))).toMatch(
      /^deployment\.amiId lies in us-east-1, the machines in us-west-2 \(choice\.region\): /,
    );
  });

  it('idle-within-limit fails above 4,000 s', () => {
    const plan = makePlan();
    const long = { ...plan, timeoutsSeconds: { ...plan.timeoutsSeconds, loadBalancerIdle: 4001 } };
    expect(INVARIANTS.find(({ name }) => name === 'idle-within-limit')!.check(long)).toMatch(/4001 .* 4000/);
  });

  it('asks only for the first token where every client streams', () => {
    const workload = { streaming: true };
    const timeoutsSeconds = { loadBalancerIdle: 60 };
    expect(() => checkInvariants(makePlan({ requirements: { workload }, timeoutsSeconds }))).not.toThrow();
    expect(() => checkInvariants(makePlan({ timeoutsSeconds }))).toThrow('idle-outlasts-silence');
    // Forty times the upper end of the predicted 95th percentile, 1.125 s.
    const short = { loadBalancerIdle: 44 };
    expect(() => checkInvariants(makePlan({ requirements: { workload }, timeoutsSeconds: short }))).toThrow(
      'idle timeout 44 s is shorter than 45 s',
    );
  });

  it('fails when the engine would drop requests at its stop', () => {
    const args = makePlan().engine.arguments.filter(
      (word) => word !== '--shutdown-timeout' && word !== '600',
    );
    expect(() => checkInvariants(makePlan({ engine: { arguments: args } }))).toThrow(
      'running requests are dropped',
    );
  });
});
