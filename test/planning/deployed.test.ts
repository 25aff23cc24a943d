import type { Plan } from '../../src/plan/schema';
import { planOf } from '../golden/cases';

const MODEL = 'model: Qwen3.5-9B\n';
const COMMIT = 'c0ffee'.padEnd(40, '0');
const item = (plan: Plan, name: string) => plan.cost.items.find(({ item }) => item === name)?.usdPerMonth;

/** What of the deployment the plan itself must say: its price, its risks, its arguments. */
describe('the plan of a deployment', () => {
  const plain = planOf(MODEL);

  test('prices the root volume with its throughput: $0.08 a GiB and $0.04 for each MiB/s above 125', () => {
    const { instances } = plain.choice;
    const one = 0.08 * plain.storage.rootVolumeGiB + 0.04 * (500 - 125);
    expect(item(plain, 'root volumes (estimate)')).toBeCloseTo(instances * one, 2);
  });

  test('prices interface endpoints in every zone of the machines instead of NAT', () => {
    const image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/vllm:v0.33.0';
    const closed = planOf(
      `${MODEL}minZones: 2\nnetwork: { natGateways: none }\ndeployment: { weights: s3, image: ${image} }`,
    );
    const zones = closed.choice.zoneIds.length;
    expect(zones).toBe(2);
    expect(item(closed, 'interface endpoints (estimate)')).toBeCloseTo(11 * 0.01 * 730 * zones, 2);
    expect(item(closed, 'NAT gateway (estimate)')).toBeUndefined();
  });

  test('prices the web ACL of a rate limit', () => {
    const limited = planOf(`${MODEL}network: { rateLimitPerKey: 60 }`);
    const requests = limited.requirements.workload.requestsPerSecond * 730 * 3600;
    expect(item(limited, 'web ACL (estimate)')).toBeCloseTo(5 + 2 + 0.6e-6 * requests, 2);
    expect(limited.cost.usdPerMonth).toBeGreaterThan(plain.cost.usdPerMonth);
  });

  test('says how long a sleeping fleet takes to wake', () => {
    const minutes = Math.ceil(plain.timeoutsSeconds.coldStart / 60);
    const risk = (plan: Plan) => plan.risks.find((text) => text.startsWith('the fleet sleeps'));
    expect(risk(plain)).toBeUndefined();
    expect(risk(planOf(`${MODEL}deployment: { sleepAfterMinutes: 30 }`))).toContain(
      `about ${minutes} minutes`,
    );
    const night =
      'deployment: { schedule: [{ name: n, cron: "0 22 * * *", minInstances: 0, maxInstances: 0 }] }';
    expect(risk(planOf(MODEL + night))).toContain(`about ${minutes} minutes`);
  });

  test('lets the group grow as far as a schedule says, quotas included; two entries have two names', () => {
    const entry = (name: string) => `{ name: ${name}, cron: "0 7 * * *", minInstances: 2, maxInstances: 9 }`;
    const busy = planOf(`${MODEL}deployment: { schedule: [${entry('day')}] }`);
    expect(busy.scaling.maxInstances).toBe(9);
    expect(plain.scaling.maxInstances).toBe(2 * plain.choice.instances);
    expect(busy.quotas![0]!.request).toContain('may grow to 9');
    expect(() => planOf(`${MODEL}deployment: { schedule: [${entry('day')}, ${entry('day')}] }`)).toThrow(
      'deployment.schedule: two entries are named "day"; give each a name of its own',
    );
  });

  test('warns of a door that is open to anyone, and not of plain HTTP where a domain brings a certificate', () => {
    const open =
      'exposure: public, allowedCidrs: [everyone], domain: { name: llm.example.com, hostedZoneId: Z01 }';
    const anyone = planOf(`${MODEL}network: { ${open} }`);
    expect(anyone.risks.join()).toContain('anyone on the internet');
    expect(anyone.risks.join()).not.toContain('plain HTTP');
    expect(
      planOf(`${MODEL}network: { ${open} }\ndeployment: { apiKey: variable }`).risks.join(),
    ).not.toContain('anyone');
    const jwt = (more: string) =>
      `${MODEL}network: { ${open}, jwt: { issuer: "https://id.example.com", jwksUrl: "https://id.example.com/keys"${more} } }`;
    expect(planOf(jwt('')).risks.join()).toContain(
      'every token of https://id.example.com opens the front door, also one made for another service: set network.jwt.audience',
    );
    expect(planOf(jwt(', audience: llm-api')).risks.join()).not.toContain('opens the front door');
  });

  test('pins the commit of the weights in choice and arguments, and says so where nothing is pinned', () => {
    const pinned = planOf(`${MODEL}deployment: { revision: ${COMMIT} }`);
    expect(pinned.choice.revision).toBe(COMMIT);
    expect(pinned.engine.arguments).toEqual(expect.arrayContaining(['--revision', COMMIT]));
    expect(plain.notes.join()).toContain('deployment.revision pins another');
    expect(pinned.notes.join()).not.toContain('pins another');
  });

  test('streams weights with one GPU a replica, and says why not with several', () => {
    const one = planOf(`${MODEL}deployment: { loader: streamer }`);
    expect(one.choice.layout.tensorParallel).toBe(1);
    expect(one.engine.arguments).toContain('runai_streamer');
    const several = planOf(
      'model: Qwen3.5-27B\ncheckpoint: bf16\nregions: [us-west-2]\ninstanceTypes: { allow: [g6e.12xlarge] }\nslo: { ttftP95Seconds: 6 }\ndeployment: { loader: streamer }',
    );
    expect(several.engine.arguments).not.toContain('runai_streamer');
    expect(several.notes.join()).toContain('deployment.loader streamer is not used');
  });

  test.each([
    [
      'a base of a spot group that there is not',
      'deployment: { onDemandBase: 3 }',
      'deployment.onDemandBase (--on-demand-base) 3 changes nothing: the plan buys no spot machines; add spot to markets (--market spot), or leave it out',
    ],
    [
      'types of a spot group that could not serve',
      'markets: [on-demand, spot]\ndeployment: { spotInstanceTypes: [g4dn.xlarge, g4dn.2xlarge] }',
      'deployment.spotInstanceTypes (--spot-type) changes nothing: the plan buys no spot machines',
    ],
    [
      "gateways of somebody's own VPC",
      'network: { vpcId: vpc-0123456789abcdef0, natGateways: per-zone, machineSubnetIds: [subnet-0123456789abcdef0], loadBalancerSubnetIds: [subnet-0123456789abcdef1, subnet-0123456789abcdef2] }',
      'network.natGateways (--nat) per-zone changes nothing: it is for a new VPC, and vpc-0123456789abcdef0 keeps the gateways it has',
    ],
    [
      'pauses between requests of a rate',
      'workload: { requestsPerSecond: 1, secondsBetweenRequests: 9 }',
      'workload.secondsBetweenRequests (--seconds-between-requests) changes nothing without concurrentUsers (--users) or historyShare (--history)',
    ],
  ])('says what changes nothing: %s', (_, more, note) => {
    expect(planOf(MODEL + more).notes).toContain(note);
    expect(plain.notes.join()).not.toContain('changes nothing');
  });
});
