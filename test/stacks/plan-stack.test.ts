import { makePlan, TWO_REPLICAS } from './make-plan';
import { Template, templateOf } from './template';

describe('PlanStack', () => {
  it('is plain Terraform JSON for 1.11 or newer, its local state outside what a synthesis may delete', () => {
    const terraform = templateOf().section('terraform');
    expect(terraform).toEqual({
      backend: { local: { path: '../../../terraform.qwen35-35b.tfstate' } },
      required_providers: { aws: { source: 'aws', version: '6.25.0' } },
      required_version: '>= 1.11',
    });
  });

  it('locks natively in S3 when a state backend is named', () => {
    const stateBackend = { bucket: 'my-state', key: 'qwen/state.tfstate', region: 'eu-west-1' };
    expect(templateOf({ requirements: { stateBackend } }).section('terraform').backend).toEqual({
      s3: { ...stateBackend, encrypt: true, use_lockfile: true },
    });
  });

  it('has the outputs that users and scripts rely on', () => {
    const outputs = templateOf().section('output');
    expect(Object.keys(outputs).sort()).toEqual([
      'alert_topic_arn',
      'asg_name',
      'endpoint',
      'load_balancer_dns_name',
      'load_balancer_zone_id',
      'log_group',
      'model',
      'vpc_id',
    ]);
    const made = templateOf({ requirements: { deployment: { apiKey: 'variable' } } }).section('output');
    expect(made).toMatchObject({
      api_key_secret_arn: { value: expect.stringMatching(/aws_secretsmanager_secret_version\..*\.arn/) },
    });
    expect(made).not.toHaveProperty('hugging_face_token_secret_arn');
  });

  it('tags everything: default tags, what the launch template creates, the group itself', () => {
    const template = templateOf({ requirements: { tags: { CostCentre: 'ml-42' } } });
    const expected = { CostCentre: 'ml-42', 'qwen-selfhost:plan': 'qwen35-35b' };
    expect(template.section('provider').aws).toEqual([
      {
        region: 'us-east-1',
        default_tags: [
          { tags: { ...expected, 'qwen-selfhost:plan-hash': expect.stringMatching(/^[0-9a-f]{12}$/) } },
        ],
      },
    ]);
    const launch = template.resource('aws_launch_template', 'machine_template');
    expect(launch.tag_specifications).toEqual(
      ['instance', 'volume', 'network-interface'].map((resource_type) => ({
        resource_type,
        tags: { ...expected, Name: 'qwen35-35b' },
      })),
    );
    expect(template.resource('aws_autoscaling_group', 'fleet_group').tag).toEqual(
      expect.arrayContaining([{ key: 'CostCentre', value: 'ml-42', propagate_at_launch: false }]),
    );
  });

  it('gives resources ids that can be typed, each once', () => {
    const addresses = templateOf(TWO_REPLICAS).addresses();
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const address of addresses)
      expect(address).toMatch(/^(data\.)?aws_[a-z0-9_]+\.serving(_[a-z0-9-]+){2,3}$/);
  });

  it('writes the same bytes for the same plan, naming no path of this machine', () => {
    const first = new Template(makePlan(TWO_REPLICAS)).text;
    expect(new Template(makePlan(TWO_REPLICAS)).text).toBe(first);
    expect(first).not.toContain(process.cwd());
    expect(first).not.toContain('/tmp/');
  });
});
