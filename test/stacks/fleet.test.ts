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

  it('takes a machine into service once it serves, and replaces it when EC2 or the machine itself says so', () => {
    const hooks = [
      {
        name: 'launch',
        lifecycle_transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        heartbeat_timeout: 2700,
        default_result: 'ABANDON',
      },
      {
        name: 'drain',
        lifecycle_transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        heartbeat_timeout: 780,
        default_result: 'CONTINUE',
      },
    ];
    expect(group).toMatchObject({ health_check_type: 'EC2', initial_lifecycle_hook: hooks });
    for (const hook of hooks) {
      expect(template.resource('aws_autoscaling_lifecycle_hook', `fleet_${hook.name}`)).toMatchObject(hook);
    }
  });

  it('leaves alone what scaling has set', () => {
    expect(group.lifecycle).toEqual({ ignore_changes: ['desired_capacity'] });
    const schedule = [
      { name: 'night', cron: '0 22 * * *', timeZone: 'Etc/UTC', minInstances: 0, maxInstances: 0 },
    ];
    const scheduled = templateOf({ requirements: { deployment: { schedule } } });
    expect(scheduled.resource('aws_autoscaling_group', 'fleet_group').lifecycle).toEqual({
      ignore_changes: ['desired_capacity', 'min_size', 'max_size'],
    });
    expect(scheduled.resource('aws_autoscaling_schedule', 'scaling_schedule-night')).toMatchObject({
      recurrence: '0 22 * * *',
      min_size: 0,
      desired_capacity: 0,
    });
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

  it('lets a machine speak for its own group only', () => {
    const statements = template.data('aws_iam_policy_document').flatMap((document) => document.statement) as {
      actions: string[];
      resources?: string[];
    }[];
    const drained = statements.find(({ actions }) => actions.includes('autoscaling:CompleteLifecycleAction'));
    expect(drained?.resources).toEqual([expect.stringMatching(/autoScalingGroupName\/qwen35-35b$/)]);
  });

  it('buys spot machines through a mixed policy and replaces them ahead of an interruption', () => {
    const spot = templateOf({
      choice: { market: 'spot' },
      risks: ['spot: longer requests are lost'],
    }).resource('aws_autoscaling_group', 'fleet_group');
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

  it('mixes spot types with the same GPUs over an on-demand base', () => {
    const deployment = { spotInstanceTypes: ['g6e.2xlarge', 'g6e.4xlarge'], onDemandBase: 1 };
    const mixed = templateOf({
      choice: { market: 'spot' },
      risks: ['spot: longer requests are lost'],
      requirements: { deployment },
    });
    expect(mixed.resource('aws_autoscaling_group', 'fleet_group')).toMatchObject({
      mixed_instances_policy: {
        instances_distribution: { on_demand_base_capacity: 1 },
        launch_template: { override: [{ instance_type: 'g6e.2xlarge' }, { instance_type: 'g6e.4xlarge' }] },
      },
    });
    const other = { spotInstanceTypes: ['g6e.4xlarge', 'g6e.8xlarge'] };
    expect(() =>
      templateOf({
        choice: { market: 'spot' },
        risks: ['spot: longer requests are lost'],
        requirements: { deployment: other },
      }),
    ).toThrow('do not hold the plan');
  });

  it('buys a capacity block by its reservation, and replaces within it', () => {
    const choice = { market: 'capacity-block' } as const;
    expect(() => templateOf({ choice })).toThrow(/deployment.capacityReservationId/);
    const deployment = { capacityReservationId: 'cr-0123456789abcdef0' };
    const block = templateOf({ choice, requirements: { deployment } });
    expect(block.resource('aws_launch_template', 'machine_template')).toMatchObject({
      instance_market_options: { market_type: 'capacity-block' },
      capacity_reservation_specification: {
        capacity_reservation_target: { capacity_reservation_id: 'cr-0123456789abcdef0' },
      },
    });
    expect(block.resource('aws_autoscaling_group', 'fleet_group')).toMatchObject({
      instance_maintenance_policy: { min_healthy_percentage: 50, max_healthy_percentage: 100 },
    });
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
        ebs: { volume_type: 'gp3', volume_size: 150, throughput: 500, encrypted: 'true' },
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
