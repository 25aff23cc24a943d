import { machineConcurrency } from '../../stacks/serving-cluster/replicas';
import { makePlan, TWO_REPLICAS } from './make-plan';
import { Template, templateOf } from './template';

describe('TLS up to the machines', () => {
  const template = templateOf({ requirements: { network: { encryptToMachines: true } } });

  it('is spoken by the load balancer, also for health checks, and ended by the local proxy', () => {
    expect(template.resource('aws_lb_target_group', 'door_machines')).toMatchObject({
      protocol: 'HTTPS',
      health_check: { protocol: 'HTTPS', path: '/health' },
    });
    const proxy = template.machineFile('/etc/qwen-selfhost/haproxy.cfg');
    expect(proxy).toContain('bind :8000 ssl crt /tls.pem');
    expect(proxy).toContain('server engine-0 127.0.0.1:8001');
    expect(template.userData()).toContain('"qwen-proxy.service"');
  });

  it('is not, unless asked for', () => {
    expect(templateOf().resource('aws_lb_target_group', 'door_machines')).toMatchObject({ protocol: 'HTTP' });
    expect(templateOf().userData()).not.toContain('haproxy.cfg');
  });
});

describe('a rate limit per key', () => {
  const template = templateOf({ requirements: { network: { rateLimitPerKey: 120 } } });
  const acl = template.resource('aws_wafv2_web_acl', 'rate-limit_acl') as Record<string, unknown> & {
    rule: { name: string; statement: { rate_based_statement: Record<string, unknown> }; action: unknown }[];
  };

  it('counts by the key in a minute, and by address where there is none', () => {
    const [perKey, without] = acl.rule.map(({ statement }) => statement.rate_based_statement);
    expect(perKey).toEqual({
      limit: 120,
      evaluation_window_sec: 60,
      aggregate_key_type: 'CUSTOM_KEYS',
      custom_key: [
        { header: { name: 'authorization', text_transformation: [{ priority: 0, type: 'NONE' }] } },
      ],
    });
    expect(without).toMatchObject({ limit: 120, aggregate_key_type: 'IP' });
    expect(JSON.stringify(without)).toContain('"not_statement"');
  });

  it("refuses in the words of OpenAI's interface", () => {
    for (const { action } of acl.rule) {
      expect(action).toMatchObject({
        block: {
          custom_response: { response_code: 429, response_header: [{ name: 'Retry-After', value: '60' }] },
        },
      });
    }
    const [body] = acl.custom_response_body as { content: string }[];
    expect(JSON.parse(body!.content).error.code).toBe(429);
  });

  it('stands before the load balancer and writes no key down', () => {
    expect(template.resources('aws_wafv2_web_acl_association')).toMatchObject([
      {
        resource_arn: expect.stringContaining('aws_lb.serving_door_lb.arn'),
        web_acl_arn: expect.stringContaining('aws_wafv2_web_acl.serving_rate-limit_acl.arn'),
      },
    ]);
    expect(template.resource('aws_wafv2_web_acl_logging_configuration', 'rate-limit_logging')).toMatchObject({
      redacted_fields: [{ single_header: { name: 'authorization' } }],
    });
    const logs = template.resource('aws_cloudwatch_log_group', 'rate-limit_logs');
    expect(logs.name).toMatch(/^aws-waf-logs-/);
    expect(template.text).toContain(`log-group:${String(logs.name)}*`);
  });
});

describe('Target Optimizer', () => {
  const network = { targetControlPort: 3000 };
  const one = templateOf({ requirements: { network } });
  const agentOf = (template: Template) =>
    JSON.parse(template.machineFile('/etc/qwen-selfhost/config.json')).targetAgent;

  it('is agreed between target group, firewall and agent', () => {
    expect(one.resource('aws_lb_target_group', 'door_machines').target_control_port).toBe(3000);
    for (const [type, id] of [
      ['aws_vpc_security_group_ingress_rule', 'firewall_agents-from-balancer'],
      ['aws_vpc_security_group_egress_rule', 'firewall_balancer-to-agents'],
    ] as const) {
      expect(one.resource(type, id)).toMatchObject({ from_port: 3000, to_port: 3000 });
    }
    expect(agentOf(one).environment.TARGET_CONTROL_CONTROL_ADDRESS).toBe('0.0.0.0:3000');
  });

  it("takes the service port from the engine and lets through what the plan's engines run at once", () => {
    const config = JSON.parse(one.machineFile('/etc/qwen-selfhost/config.json'));
    expect(config.replicas).toEqual([{ host: '127.0.0.1', port: 8001, gpus: [0] }]);
    expect(config.targetAgent.environment).toMatchObject({
      TARGET_CONTROL_DATA_ADDRESS: '0.0.0.0:8000',
      TARGET_CONTROL_DESTINATION_ADDRESS: '127.0.0.1:8001',
      TARGET_CONTROL_MAX_CONCURRENCY: '32',
    });
    expect(one.userData()).toContain('"qwen-target-agent.service","qwen-supervisor.service"');
  });

  it('stands before the proxy of several engines', () => {
    const several = new Template(makePlan({ ...TWO_REPLICAS, requirements: { network } }));
    expect(agentOf(several).environment).toMatchObject({
      TARGET_CONTROL_DESTINATION_ADDRESS: '127.0.0.1:8100',
      TARGET_CONTROL_MAX_CONCURRENCY: '64',
    });
    expect(several.machineFile('/etc/qwen-selfhost/haproxy.cfg')).toContain('  bind 127.0.0.1:8100\n');
  });

  it('lets through what all data-parallel ranks of all engines run', () => {
    const plan = makePlan(TWO_REPLICAS);
    const layout = { ...plan.choice.layout, dataParallel: 4 };
    expect(machineConcurrency(plan)).toBe(2 * plan.engine.maxNumSeqs);
    expect(machineConcurrency({ ...plan, choice: { ...plan.choice, layout } })).toBe(
      2 * 4 * plan.engine.maxNumSeqs,
    );
  });

  it('grows by what the load balancer refuses, because nothing waits at an engine any more', () => {
    expect(one.resource('aws_cloudwatch_metric_alarm', 'scaling_rejected-alarm')).toMatchObject({
      namespace: 'AWS/ApplicationELB',
      metric_name: 'TargetControlRequestRejectCount',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform reference
      alarm_actions: ['${aws_autoscaling_policy.serving_scaling_waiting.arn}'],
    });
  });

  it('is not there unless asked for', () => {
    const plain = templateOf();
    expect(agentOf(plain)).toBeNull();
    expect(plain.resource('aws_lb_target_group', 'door_machines')).not.toHaveProperty('target_control_port');
    expect(plain.machineFiles().map(({ path }) => path)).not.toContain(
      '/opt/qwen-selfhost/start_target_agent.py',
    );
  });
});

describe('an image by digest', () => {
  const digest = `sha256:${'0f'.repeat(32)}`;
  it('is what runs, with the helpers from where they are published', () => {
    const image = `vllm/vllm-openai:v0.31.0@${digest}`;
    const template = new Template(makePlan({ ...TWO_REPLICAS, requirements: { deployment: { image } } }));
    const config = JSON.parse(template.machineFile('/etc/qwen-selfhost/config.json'));
    expect(config.engine.image).toBe(image);
    expect(config.proxyImage).toBe('public.ecr.aws/docker/library/haproxy:3.2.24-alpine');
    expect(template.text).not.toContain('ecr:BatchGetImage');
  });
});
