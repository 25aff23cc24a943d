import { TWO_REPLICAS } from './make-plan';
import { type Block, templateOf } from './template';

const domain = { name: 'llm.example.com', hostedZoneId: 'Z0123456789' };

describe('a network without NAT', () => {
  const image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/vllm:v0.31.0';
  const requirements = { network: { natGateways: 'none' }, deployment: { weights: 's3', image } } as const;
  const template = templateOf({ requirements });

  it('has no way to the internet and an endpoint for each service that machines call', () => {
    for (const type of ['aws_nat_gateway', 'aws_internet_gateway', 'aws_route']) {
      expect(template.resources(type)).toEqual([]);
    }
    const services = template
      .resources('aws_vpc_endpoint')
      .map((e) => String(e.service_name).split('us-east-1.')[1]);
    expect(services).toEqual(
      expect.arrayContaining([
        's3',
        'ssm',
        'ecr.api',
        'ecr.dkr',
        'logs',
        'autoscaling',
        'elasticloadbalancing',
      ]),
    );
  });

  it('pulls its images from its own registry and may do so', () => {
    const several = templateOf({ ...TWO_REPLICAS, requirements });
    const config = JSON.parse(several.machineFile('/etc/qwen-selfhost/config.json'));
    expect(config.engine.image).toBe(image);
    expect(config.proxyImage).toBe('123456789012.dkr.ecr.us-east-1.amazonaws.com/vllm-haproxy:3.2.24-alpine');
    expect(template.text).toContain(':ecr:us-east-1:123456789012:repository/vllm"');
  });
});

it('a NAT gateway per zone gives each zone its own route', () => {
  const template = templateOf({ requirements: { network: { natGateways: 'per-zone' } } });
  expect(template.resources('aws_nat_gateway')).toHaveLength(2);
  expect(template.resource('aws_route', 'network_machine-route-use1-az4').nat_gateway_id).toContain(
    'nat-use1-az4',
  );
});

describe('a front door with a name', () => {
  it('gets a certificate proven in its zone, an alias, and is called by it', () => {
    const template = templateOf({ requirements: { network: { domain } } });
    expect(template.resource('aws_lb_listener', 'door_listener')).toMatchObject({
      protocol: 'HTTPS',
      certificate_arn: expect.stringContaining('aws_acm_certificate_validation.'),
    });
    expect(template.resources('aws_route53_record')).toHaveLength(2);
    expect(template.section('output').endpoint).toMatchObject({ value: 'https://llm.example.com/v1' });
  });

  it('checks tokens before it forwards, and only over HTTPS', () => {
    const jwt = { issuer: 'https://id.example.com', jwksUrl: 'https://id.example.com/keys' };
    const template = templateOf({ requirements: { network: { domain, jwt } } });
    expect(template.resource('aws_lb_listener_rule', 'door_api').action).toMatchObject([
      {
        type: 'jwt-validation',
        order: 1,
        jwt_validation: { issuer: jwt.issuer, jwks_endpoint: jwt.jwksUrl },
      },
      { type: 'forward', order: 2 },
    ]);
    const claims = (audience: string | string[]) => {
      const asked = templateOf({ requirements: { network: { domain, jwt: { ...jwt, audience } } } });
      const [check] = asked.resource('aws_lb_listener_rule', 'door_api').action as Block[];
      return (check!.jwt_validation as Block).additional_claim;
    };
    // In the form in which tokens give it: the load balancer refuses the other.
    expect(claims('llm-api')).toEqual([{ name: 'aud', format: 'single-string', values: ['llm-api'] }]);
    expect(claims(['llm-api'])).toEqual([{ name: 'aud', format: 'string-array', values: ['llm-api'] }]);
    expect(() => templateOf({ requirements: { network: { jwt } } })).toThrow('tokens would travel in clear');
    // The issuer's keys are on the internet: the load balancer may go there, and has a way.
    expect(
      template.resource('aws_vpc_security_group_egress_rule', 'firewall_balancer-to-issuer'),
    ).toMatchObject({
      from_port: 443,
      security_group_id: expect.stringContaining('firewall_balancer'),
    });
    expect(template.resource('aws_route', 'network_balancer-route').nat_gateway_id).toContain(
      'network_nat.id',
    );
  });
});

describe('scaling', () => {
  it("follows the plan's concurrency, running and waiting together, and not where the size is fixed", () => {
    const policies = templateOf().resources('aws_autoscaling_policy');
    expect(policies).toHaveLength(2);
    expect(JSON.stringify(policies)).toContain('"target_value":20');
    // Four data-parallel ranks, each with a sample of its own: the replica's figure is four of them.
    const choice = {
      gpusPerInstance: 4,
      layout: { tensorParallel: 1, pipelineParallel: 1, dataParallel: 4, expertParallel: true },
    };
    const shared = templateOf({ choice });
    expect(JSON.stringify(shared.resources('aws_autoscaling_policy'))).toContain('"target_value":5');
    const board = JSON.stringify(shared.resources('aws_cloudwatch_dashboard'));
    expect(board).toContain('Requests per data-parallel rank');
    expect(board).toMatch(/scaling target[^}]*5/);
    const scaling = { minInstances: 2, maxInstances: 2 };
    expect(templateOf({ scaling }).resources('aws_autoscaling_policy')).toEqual([]);
  });
});

it('draws the cost of machines in service so that the planned number of them costs what was planned', () => {
  const body = (overrides = {}) =>
    templateOf(overrides).resources('aws_cloudwatch_dashboard')[0]!.dashboard_body as string;
  // 4.5 USD an hour for two machines, all else included.
  expect(body()).toContain('n * 2.25"');
  expect(body()).toContain('"planned USD per hour","value":4.5');
  // Three machines half of the day, one in the other half.
  const hourlyInstances = [...Array<number>(12).fill(1), ...Array<number>(12).fill(3)];
  expect(body({ scaling: { minInstances: 1, hourlyInstances } })).toContain('n * 2.25"');
});

it("budgets the plan's monthly cost, by tag, for the account, or not at all", () => {
  const budget = (scope: 'tag' | 'account' | 'none') =>
    templateOf({ requirements: { deployment: { budget: scope } } }).resources('aws_budgets_budget');
  expect(budget('tag')).toMatchObject([
    {
      limit_amount: '3285.00',
      cost_filter: [{ name: 'TagKeyValue', values: ['user:qwen-selfhost:plan$qwen35-35b'] }],
    },
  ]);
  expect(budget('account')[0]).not.toHaveProperty('cost_filter');
  expect(budget('none')).toEqual([]);
});

it('never holds a secret: the variable is ephemeral, the argument write-only', () => {
  const template = templateOf({ requirements: { deployment: { apiKey: 'variable' } } });
  expect(template.section('variable')).toMatchObject({ api_key: { ephemeral: true, sensitive: true } });
  expect(template.resources('aws_secretsmanager_secret_version')).toMatchObject([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform reference
    { secret_string_wo: '${var.api_key}', secret_string_wo_version: 1 },
  ]);
});
