import { offerings } from '../../src/hardware/data/aws-offerings.json';
import { canonicalCidr, zonePrefix, zoneRanges } from '../../stacks/serving-cluster/subnet-plan';
import { templateOf } from './template';

interface Lifecycle {
  readonly postcondition: { readonly condition: string }[];
}

const EXISTING = {
  vpcId: 'vpc-0123456789abcdef0',
  machineSubnetIds: ['subnet-0000000000000000a'],
  loadBalancerSubnetIds: ['subnet-0000000000000000b', 'subnet-0000000000000000c'],
};

describe('a new network', () => {
  const template = templateOf({
    choice: { zoneIds: ['use1-az4'], loadBalancerZoneIds: ['use1-az4', 'use1-az2'] },
  });

  it('puts machines in the plan zones only, the load balancer in its own, by zone id', () => {
    const zones = template.resources('aws_subnet').map((s) => `${s.availability_zone_id} ${s.cidr_block}`);
    expect(zones.sort()).toEqual([
      'use1-az2 10.42.2.0/24',
      'use1-az4 10.42.0.64/28',
      'use1-az4 10.42.4.0/24',
      'use1-az4 10.42.64.0/20',
    ]);
    expect(template.resource('aws_autoscaling_group', 'fleet_group').vpc_zone_identifier).toEqual([
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform reference
      '${aws_subnet.serving_network_machines-use1-az4.id}',
    ]);
  });

  it('gives no subnet public addresses and closes the default security group', () => {
    for (const subnet of template.resources('aws_subnet')) expect(subnet.map_public_ip_on_launch).toBe(false);
    const [closed] = template.resources('aws_default_security_group');
    expect(closed).not.toHaveProperty('ingress');
    expect(closed).not.toHaveProperty('egress');
  });

  it('lets machines out through NAT and reaches S3 through a gateway endpoint before any boots', () => {
    expect(template.resources('aws_vpc_endpoint')).toMatchObject([
      { vpc_endpoint_type: 'Gateway', service_name: 'com.amazonaws.us-east-1.s3' },
    ]);
    // One table for all zones, named once.
    expect(templateOf().resources('aws_vpc_endpoint')[0]!.route_table_ids).toHaveLength(1);
    expect(template.resource('aws_autoscaling_group', 'fleet_group').depends_on).toEqual(
      expect.arrayContaining([
        'aws_route.serving_network_machine-route',
        'aws_vpc_endpoint.serving_network_s3',
      ]),
    );
  });

  it('routes the load balancer to the internet only when public', () => {
    const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/abc';
    const open = templateOf({
      requirements: { network: { exposure: 'public', certificateArn, allowedCidrs: ['0.0.0.0/0'] } },
    });
    const routes = (t: typeof open) =>
      t.resource('aws_route_table_association', 'network_balancer-use1-az1-routes').route_table_id;
    expect(routes(open)).toContain('public-routes');
    expect(routes(templateOf())).toContain('balancer-routes');
  });
});

describe('zoneRanges', () => {
  it('never overlap, whatever the zones', () => {
    const number = (address: string) => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
    const ranges = Array.from({ length: 15 }, (_, i) => Object.values(zoneRanges(`use1-az${i + 1}`)))
      .flat()
      .map((cidr: string) => {
        const [address, prefix] = cidr.split('/');
        return { first: number(address!), size: 2 ** (32 - Number(prefix)) };
      })
      .sort((a, b) => a.first - b.first);
    for (const [i, { first, size }] of ranges.entries()) {
      expect(first % size).toBe(0);
      expect(first + size).toBeLessThanOrEqual(ranges[i + 1]?.first ?? number('10.43.0.0'));
    }
  });

  // biome-ignore lint/suspicious/noTemplateCurlyInString: hostile on purpose
  it.each(['usw2-lax1-az1', 'us-east-1a', '', 'use1-az0', 'use1-az16', '${x}'])('fails for %j', (zone) => {
    expect(() => zoneRanges(zone)).toThrow('not an availability zone id');
  });
});

test('zone ids begin as their region says, for every offering of the catalogue', () => {
  const abroad = offerings.filter(({ region, zoneIds }) =>
    zoneIds.some((zone) => !zone.startsWith(`${zonePrefix(region)}-`)),
  );
  expect(offerings.length).toBeGreaterThan(500);
  expect(abroad).toEqual([]);
});

describe('an existing network', () => {
  it('is used as it is, and its zones are checked when Terraform plans', () => {
    const template = templateOf({ requirements: { network: EXISTING } });
    expect(template.resources('aws_vpc')).toEqual([]);
    expect(template.resources('aws_subnet')).toEqual([]);
    expect(template.resources('aws_nat_gateway')).toEqual([]);
    const machine = template.data('aws_subnet').find((s) => s.id === EXISTING.machineSubnetIds[0]);
    expect(machine).toMatchObject({
      vpc_id: EXISTING.vpcId,
      lifecycle: {
        postcondition: [
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform expression
          { condition: '${contains(["use1-az1", "use1-az4"], self.availability_zone_id)}' },
          { condition: expect.stringContaining('subnet-0000000000000000b.availability_zone_id, data.') },
        ],
      },
    });
  });

  it('opens the door to all of the VPC by default: to ranges that were added to it, too', () => {
    const template = templateOf({ requirements: { network: EXISTING } });
    const rule = (id: string) => template.resource('aws_vpc_security_group_ingress_rule', `firewall_${id}`);
    const first = 'data.aws_vpc.serving_network_vpc.cidr_block';
    expect(rule('callers-vpc').cidr_ipv4).toBe(`\${${first}}`);
    expect(rule('callers-vpc-more')).toMatchObject({
      for_each: `\${toset([for range in ${first}_associations : range.cidr_block if range.state == "associated" && range.cidr_block != ${first}])}`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform expression
      cidr_ipv4: '${each.value}',
      from_port: rule('callers-vpc').from_port,
      security_group_id: rule('callers-vpc').security_group_id,
    });
    expect(() =>
      templateOf().resource('aws_vpc_security_group_ingress_rule', 'firewall_callers-vpc-more'),
    ).toThrow();
  });

  it('has load-balancer subnets in different zones, or Terraform says so before it makes anything', () => {
    const loadBalancerSubnetIds = ['b', 'c', 'd'].map((end) => `subnet-0000000000000000${end}`);
    const template = templateOf({ requirements: { network: { ...EXISTING, loadBalancerSubnetIds } } });
    const conditions = loadBalancerSubnetIds.map(
      (id) =>
        (template.data('aws_subnet').find((s) => s.id === id)!.lifecycle as Lifecycle | undefined)
          ?.postcondition[0]?.condition,
    );
    const zone = (id: string) => `data.aws_subnet.serving_network_balancer-${id}.availability_zone_id`;
    const [b, c] = loadBalancerSubnetIds.map(zone);
    expect(conditions).toEqual([
      undefined,
      `\${!contains([${b}], self.availability_zone_id)}`,
      `\${!contains([${b}, ${c}], self.availability_zone_id)}`,
    ]);
  });

  it('gets the endpoints that its owner asks for, ready before a machine boots, and no others', () => {
    expect(templateOf({ requirements: { network: EXISTING } }).resources('aws_vpc_endpoint')).toEqual([]);
    const network = {
      ...EXISTING,
      natGateways: 'none' as const,
      routeTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef0'],
      interfaceEndpoints: ['kms', 'ecr.api'],
      machineSubnetIds: ['subnet-0000000000000000a', 'subnet-0000000000000000d'],
    };
    const image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/vllm:v0.31.0';
    const template = templateOf({ requirements: { network, deployment: { weights: 's3', image } } });
    expect(template.resource('aws_vpc_endpoint', 'network_s3')).toMatchObject({
      vpc_endpoint_type: 'Gateway',
      route_table_ids: ['rtb-0123456789abcdef0'],
    });
    // AWS refuses an endpoint two subnets of one zone, and private names where the VPC resolves none.
    expect(template.resource('aws_vpc_endpoint', 'network_endpoints_kms').subnet_ids).toBe(
      `\${[for same in values({ for subnet in [${network.machineSubnetIds
        .map((id) => `data.aws_subnet.serving_network_machines-${id}`)
        .join(', ')}] : subnet.availability_zone_id => subnet.id... }) : same[0]]}`,
    );
    expect(template.data('aws_vpc')[0]!.lifecycle).toMatchObject({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform expression
      postcondition: [{ condition: '${self.enable_dns_support && self.enable_dns_hostnames}' }],
    });
    const services = template.resources('aws_vpc_endpoint').map(({ service_name }) => service_name);
    expect(services.sort()).toEqual(
      ['ecr.api', 'kms', 's3'].map((service) => `com.amazonaws.us-east-1.${service}`),
    );
    expect(template.resource('aws_autoscaling_group', 'fleet_group').depends_on).toEqual(
      expect.arrayContaining([
        'aws_vpc_endpoint.serving_network_s3',
        'aws_vpc_endpoint.serving_network_endpoints_kms',
        'aws_vpc_security_group_ingress_rule.serving_network_endpoints_from-vpc',
      ]),
    );
  });

  it.each([
    [{ ...EXISTING, vpcId: null }, 'without network.vpcId'],
    [{ ...EXISTING, machineSubnetIds: [] }, '0 machine and 2 load-balancer subnets'],
    [
      { ...EXISTING, loadBalancerSubnetIds: ['subnet-0000000000000000b', 'subnet-0000000000000000b'] },
      'name at least 1',
    ],
  ])('fails when only part of it is named', (network, message) => {
    expect(() => templateOf({ requirements: { network } })).toThrow(message);
  });
});

describe('canonicalCidr', () => {
  it.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['203.0.113.77/32', '203.0.113.77/32'],
    ['255.255.255.255/25', '255.255.255.128/25'],
    ['1.2.3.4/0', '0.0.0.0/0'],
  ])('%s is %s', (given, expected) => expect(canonicalCidr(given)).toBe(expected));

  it.each(['2001:db8::/32', '10.0.0.0', '10.0.0.256/8', '10.0.0.0/33', '10.0.0.0/8"\n'])(
    'fails for %j',
    (cidr) => {
      expect(() => canonicalCidr(cidr)).toThrow('not an IPv4 range');
    },
  );
});
