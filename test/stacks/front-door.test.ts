import { templateOf } from './template';

const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/0f3c';

describe('the front door', () => {
  const template = templateOf();
  const listener = template.resource('aws_lb_listener', 'door_listener');

  it('is internal HTTP for the VPC by default', () => {
    expect(template.resource('aws_lb', 'door_lb')).toMatchObject({
      internal: true,
      drop_invalid_header_fields: true,
    });
    expect(listener).toMatchObject({ port: 80, protocol: 'HTTP' });
    expect(template.resources('aws_vpc_security_group_ingress_rule').map((rule) => rule.cidr_ipv4)).toContain(
      '10.42.0.0/16',
    );
  });

  it('passes /v1/* and nothing else', () => {
    expect(listener.default_action).toMatchObject([
      { type: 'fixed-response', fixed_response: { status_code: '404' } },
    ]);
    expect(template.resources('aws_lb_listener_rule')).toMatchObject([
      { condition: [{ path_pattern: { values: ['/v1/*'] } }], action: [{ type: 'forward' }] },
    ]);
  });

  it("waits, drains and balances by the plan's numbers", () => {
    expect(template.resource('aws_lb', 'door_lb').idle_timeout).toBe(900);
    expect(template.resource('aws_lb_target_group', 'door_machines')).toMatchObject({
      port: 8000,
      protocol: 'HTTP',
      deregistration_delay: '600',
      load_balancing_algorithm_type: 'least_outstanding_requests',
      health_check: { path: '/health', matcher: '200' },
    });
  });

  it('speaks TLS 1.3 with a certificate, and only to the callers named', () => {
    const network = {
      exposure: 'public' as const,
      certificateArn,
      allowedCidrs: ['203.0.113.9/24', '203.0.113.0/24'],
    };
    const open = templateOf({ requirements: { network } });
    expect(open.resource('aws_lb', 'door_lb').internal).toBe(false);
    expect(open.resource('aws_lb_listener', 'door_listener')).toMatchObject({
      port: 443,
      protocol: 'HTTPS',
      certificate_arn: certificateArn,
      ssl_policy: expect.stringMatching(/^ELBSecurityPolicy-TLS13-/),
    });
    expect(
      open.resource('aws_vpc_security_group_ingress_rule', 'firewall_callers-203-0-113-0-24'),
    ).toMatchObject({
      cidr_ipv4: '203.0.113.0/24',
      from_port: 443,
      to_port: 443,
    });
    expect(open.section('output').endpoint).toMatchObject({ value: expect.stringMatching(/^https:/) });
  });

  it('fails when public without certificate or callers', () => {
    const open = { exposure: 'public' as const };
    expect(() =>
      templateOf({ requirements: { network: { ...open, allowedCidrs: ['10.0.0.0/8'] } } }),
    ).toThrow('without network.certificateArn');
    expect(() => templateOf({ requirements: { network: { ...open, certificateArn } } })).toThrow(
      'without network.allowedCidrs',
    );
  });

  it('lets only the load balancer reach the machines', () => {
    const rules = template.resources('aws_vpc_security_group_ingress_rule');
    const machine = rules.filter((rule) => String(rule.security_group_id).includes('firewall_machine'));
    expect(machine).toMatchObject([
      {
        from_port: 8000,
        to_port: 8000,
        referenced_security_group_id: expect.stringContaining('firewall_balancer'),
      },
    ]);
    const described = [...rules, ...template.resources('aws_vpc_security_group_egress_rule')];
    // The characters that EC2 accepts.
    for (const rule of described) expect(rule.description).toMatch(/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]+$/);
  });
});
