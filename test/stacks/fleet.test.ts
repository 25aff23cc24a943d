import { templateOf } from './template';

describe('the fleet', () => {
  const template = templateOf();
  const group = template.resource('aws_autoscaling_group', 'fleet_group');

  it("holds the plan's number of machines", () => {
    expect(group).toMatchObject({
      min_size: 2,
      max_size: 4,
      desired_capacity: 2,
      wait_for_capacity_timeout: '0',
    });
  });

  it('leaves a machine time to load before its health counts', () => {
    expect(group).toMatchObject({ health_check_type: 'ELB', default_instance_warmup: 900 });
    expect(group.health_check_grace_period).toBeGreaterThanOrEqual(900);
  });

  it.each([
    [1, 200],
    [3, 134],
    [4, 125],
  ])('replaces one of %i machines at a time, the new one first', (instances, max_healthy_percentage) => {
    const scaling = { minInstances: 1, maxInstances: 8 };
    const sized = templateOf({ choice: { instances }, scaling }).resource(
      'aws_autoscaling_group',
      'fleet_group',
    );
    expect(sized.instance_refresh).toMatchObject({
      preferences: { min_healthy_percentage: 100, max_healthy_percentage },
    });
  });

  it('holds a machine while it drains, and lets the machine say so for its own group only', () => {
    expect(template.resource('aws_autoscaling_lifecycle_hook', 'fleet_drain')).toMatchObject({
      lifecycle_transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      heartbeat_timeout: 780,
      default_result: 'CONTINUE',
    });
    const statements = template.data('aws_iam_policy_document').flatMap((document) => document.statement) as {
      actions: string[];
      resources?: string[];
    }[];
    const drained = statements.find(({ actions }) => actions.includes('autoscaling:CompleteLifecycleAction'));
    expect(drained?.resources).toEqual([expect.stringMatching(/autoScalingGroupName\/qwen35-35b$/)]);
  });

  it('grants no wildcard but what Session Manager needs', () => {
    for (const document of template.data('aws_iam_policy_document')) {
      for (const statement of document.statement as { actions: string[]; resources?: string[] }[]) {
        expect(statement.actions.join()).not.toContain('*');
        if (statement.resources?.includes('*')) {
          expect(statement.actions.every((action) => /^ssm(messages)?:/.test(action))).toBe(true);
        }
      }
    }
  });

  it('buys spot machines through a mixed policy and replaces them ahead of an interruption', () => {
    const spot = templateOf({ choice: { market: 'spot' } }).resource('aws_autoscaling_group', 'fleet_group');
    expect(spot).not.toHaveProperty('launch_template');
    expect(spot).toMatchObject({
      capacity_rebalance: true,
      mixed_instances_policy: {
        instances_distribution: {
          on_demand_percentage_above_base_capacity: 0,
          spot_allocation_strategy: 'price-capacity-optimized',
        },
        launch_template: { override: [{ instance_type: 'g6e.2xlarge' }] },
      },
    });
  });

  it('fails for a capacity block, saying what to do', () => {
    expect(() => templateOf({ choice: { market: 'capacity-block' } })).toThrow(
      /plan with markets on-demand or spot/,
    );
  });
});

describe('a machine', () => {
  const launch = templateOf().resource('aws_launch_template', 'machine_template');

  it('hands out credentials by session token, one hop away', () => {
    expect(launch.metadata_options).toEqual({
      http_endpoint: 'enabled',
      http_tokens: 'required',
      http_put_response_hop_limit: 1,
      instance_metadata_tags: 'disabled',
    });
  });

  it('has an encrypted gp3 root volume of the planned size and no public address', () => {
    expect(launch.block_device_mappings).toMatchObject([
      {
        device_name: expect.stringContaining('root_device_name'),
        ebs: { volume_type: 'gp3', volume_size: 150, encrypted: 'true' },
      },
    ]);
    expect(launch.network_interfaces).toMatchObject([{ associate_public_ip_address: 'false' }]);
  });

  it('starts from the Deep Learning image that AWS names when Terraform plans', () => {
    expect(templateOf().data('aws_ssm_parameter')).toMatchObject([
      {
        name: '/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id',
      },
    ]);
    expect(launch.image_id).toContain('data.aws_ami.');
  });
});
