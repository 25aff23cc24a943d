import { drift, type PlanFile } from './changes';
import known from './emulator.json';
import { appliable, type Fixture, forEmulator, knownTo, withFixture } from './prepare';
import type { Emulator, Stack } from './stack';

const emulator: Emulator = known;
const stack = (parts: object = {}): Stack => ({
  terraform: { required_providers: { aws: { version: '6.25.0', source: 'hashicorp/aws' } }, backend: {} },
  provider: { aws: [{ region: 'us-east-1', default_tags: [{ tags: { 'qwen-selfhost:plan': 'llm' } }] }] },
  data: {},
  resource: {},
  ...parts,
});
/** An expression in Terraform's own syntax. */
const reference = (path: string): string => `$\{${path}}`;
const fixture: Fixture = {
  image_id: 'ami-0f',
  image_parameter: '/test/image',
  vpc_id: 'vpc-fixture',
  route_table_id: 'rtb-fixture',
  machine_subnets: { 'use1-az1': 'subnet-m1', 'use1-az4': 'subnet-m4' },
  balancer_subnets: { 'use1-az1': 'subnet-b1', 'use1-az4': 'subnet-b4' },
  zone_id: 'ZFIXTURE',
  certificate_arn: 'arn:certificate',
  web_acl_arn: 'arn:acl',
};

describe('a stack for an emulator', () => {
  it("takes the user's ids from the fixture, subnets by the plan's zones", () => {
    const subnet = (id: string) => ({ id, vpc_id: 'vpc-0123456789abcdef0' });
    const given = stack({
      data: {
        aws_subnet: {
          'net_machines-subnet-0000000000000000a': subnet('subnet-0000000000000000a'),
          'net_balancer-subnet-0000000000000000b': subnet('subnet-0000000000000000b'),
          'net_balancer-subnet-0000000000000000c': subnet('subnet-0000000000000000c'),
        },
        aws_ssm_parameter: { image: { name: '/aws/service/deeplearning/ami/x86_64/base/latest/ami-id' } },
      },
      resource: { aws_route53_record: { proof: { zone_id: 'Z0123456789', zones: 'use1-az4 use1-az1' } } },
    });
    const { data, resource } = withFixture(given, fixture);
    expect(data.aws_subnet).toEqual({
      'net_machines-subnet-m4': { id: 'subnet-m4', vpc_id: 'vpc-fixture' },
      'net_balancer-subnet-b4': { id: 'subnet-b4', vpc_id: 'vpc-fixture' },
      'net_balancer-subnet-b1': { id: 'subnet-b1', vpc_id: 'vpc-fixture' },
    });
    expect(data.aws_ssm_parameter).toEqual({ image: { name: '/test/image' } });
    expect(resource.aws_route53_record!.proof!.zone_id).toBe('ZFIXTURE');
  });

  it('leaves out what cannot be applied, with its outputs, and names it', () => {
    const given = stack({
      resource: { aws_codebuild_project: { stage: {} }, aws_vpc: { net: {} } },
      output: {
        staging: { value: reference('aws_codebuild_project.stage.name') },
        vpc: { value: reference('aws_vpc.net.id') },
      },
    });
    const { stack: rest, leftOut } = appliable(given, emulator);
    expect(Object.keys(rest.resource)).toEqual(['aws_vpc']);
    expect(Object.keys(rest.output!)).toEqual(['vpc']);
    expect(leftOut).toMatchObject([{ address: 'aws_codebuild_project.stage' }]);
  });

  it('leaves out what provider 5 does not know, and nothing for provider 6', () => {
    const given = stack({
      resource: {
        aws_lb_listener_rule: { api: { action: [{ type: 'jwt-validation' }, { type: 'forward' }] } },
        aws_lb_target_group: { machines: { port: 8000, target_control_port: 3000 } },
      },
    });
    const { stack: older, leftOut } = knownTo(given, '5.100.0', emulator);
    expect(older.resource).toEqual({
      aws_lb_listener_rule: { api: { action: [{ type: 'forward' }] } },
      aws_lb_target_group: { machines: { port: 8000 } },
    });
    expect(leftOut.map(({ address }) => address).sort()).toEqual([
      'aws_lb_listener_rule.api: jwt-validation',
      'aws_lb_target_group.machines.target_control_port',
    ]);
    expect(knownTo(given, '6.25.0', emulator)).toEqual({ stack: given, leftOut: [] });
  });

  it('has no backend, the provider at hand, and names that the emulator keeps apart', () => {
    const given = stack({ resource: { aws_autoscaling_policy: { scale: { name: 'in-flight' } } } });
    const { terraform, resource } = forEmulator(given, '5.100.0', emulator);
    expect(terraform).toEqual({
      required_providers: { aws: { version: '5.100.0', source: 'hashicorp/aws' } },
    });
    expect(resource.aws_autoscaling_policy!.scale!.name).toBe('llm-in-flight');
  });
});

describe('a second plan', () => {
  const change = (
    type: string,
    before: object | null,
    after: object | null,
    more: object = {},
  ): PlanFile => ({
    resource_changes: [
      {
        address: `${type}.x`,
        type,
        change: {
          actions: before === null ? ['create'] : ['update'],
          before: before as Record<string, unknown> | null,
          after: after as Record<string, unknown> | null,
          after_unknown: {},
          ...more,
        },
      },
    ],
  });
  const unexplained = (plan: PlanFile) => drift(plan, emulator).unexplained;

  it('is empty where nothing changes, or only what the emulator is known to answer', () => {
    expect(unexplained({})).toEqual([]);
    expect(unexplained(change('aws_vpc', {}, {}, { actions: ['no-op'] }))).toEqual([]);
    const hook = { role_arn: 'arn:aws:iam::1234567890:role/my-auto-scaling-role' };
    expect(unexplained(change('aws_autoscaling_lifecycle_hook', hook, { role_arn: null }))).toEqual([]);
  });

  it('is not where the answer is another one, the attribute another, or a resource is made again', () => {
    const other = { role_arn: 'arn:aws:iam::1:role/mine' };
    expect(unexplained(change('aws_autoscaling_lifecycle_hook', other, { role_arn: null }))).toEqual([
      'aws_autoscaling_lifecycle_hook.x.role_arn: "arn:aws:iam::1:role/mine" -> null',
    ]);
    expect(unexplained(change('aws_autoscaling_group', { max_size: 2 }, { max_size: 3 }))).toHaveLength(1);
    expect(unexplained(change('aws_autoscaling_policy', null, {}))).toEqual([
      'aws_autoscaling_policy.x: create',
    ]);
  });

  it('lets what follows be unknown, and no more than that', () => {
    const unknown = { after_unknown: { launch_template: [{ version: true }] } };
    const now = { launch_template: [{ id: 'lt-1', version: '1' }] };
    const same = { launch_template: [{ id: 'lt-1' }] };
    expect(unexplained(change('aws_autoscaling_group', now, same, unknown))).toEqual([]);
    const moved = { launch_template: [{ id: 'lt-2' }] };
    expect(unexplained(change('aws_autoscaling_group', now, moved, unknown))).toHaveLength(1);
  });
});
