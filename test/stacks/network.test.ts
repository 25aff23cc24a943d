import { canonicalCidr, zoneRanges } from '../../stacks/serving-cluster/subnet-plan';
import { templateOf } from './template';

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
  it.each(['usw2-lax1-az1', 'us-east-1a', '', 'use1-az0', '${x}'])('fails for %j', (zone) => {
    expect(() => zoneRanges(zone)).toThrow('not an availability zone id');
  });
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

  it('opens the door to the VPC by default', () => {
    const template = templateOf({ requirements: { network: EXISTING } });
    expect(
      template.resource('aws_vpc_security_group_ingress_rule', 'firewall_callers-vpc').cidr_ipv4,
    ).toContain('data.aws_vpc.serving_network_vpc.cidr_block');
  });

  it('gets the endpoints that its owner asks for, ready before a machine boots, and no others', () => {
    expect(templateOf({ requirements: { network: EXISTING } }).resources('aws_vpc_endpoint')).toEqual([]);
    const network = {
      ...EXISTING,
      natGateways: 'none' as const,
      routeTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef0'],
      interfaceEndpoints: ['kms', 'ecr.api'],
    };
    const image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/vllm:v0.31.0';
    const template = templateOf({ requirements: { network, deployment: { weights: 's3', image } } });
    expect(template.resource('aws_vpc_endpoint', 'network_s3')).toMatchObject({
      vpc_endpoint_type: 'Gateway',
      route_table_ids: ['rtb-0123456789abcdef0'],
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
