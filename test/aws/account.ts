import type { Handler } from './local-aws';
import { filterValues, json, regionHandlers, xml, zoneName } from './region';

/** An account that is ready for any plan of the tests: each answer in the shape of the service's own. */
export interface AccountOptions {
  readonly quotaVcpus?: number;
  /** Machines that run already, by type. */
  readonly running?: Readonly<Record<string, number>>;
}

const ACCOUNT = '123456789012';
export const CERTIFICATE = `arn:aws:acm:us-west-2:${ACCOUNT}:certificate/0f7c4c2e-1111-2222-3333-444455556666`;
export const KEY = `arn:aws:kms:us-west-2:${ACCOUNT}:key/0f7c4c2e-1111-2222-3333-444455556666`;
export const SECRET = `arn:aws:secretsmanager:us-west-2:${ACCOUNT}:secret:api-key-AbCdEf`;
export const IMAGE = `${ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com/vllm:v0.33.0`;

export function accountHandlers({
  quotaVcpus = 1000,
  running = {},
}: AccountOptions = {}): Record<string, Handler> {
  return {
    ...regionHandlers(),
    'sts:GetCallerIdentity': () => ({
      status: 200,
      body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:user/dev</Arn><UserId>AIDAEXAMPLE</UserId><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    }),
    'ec2:DescribeRegions': () =>
      xml(
        'DescribeRegions',
        `<regionInfo>${[
          'us-east-1:opt-in-not-required',
          'us-west-2:opt-in-not-required',
          'ap-east-1:not-opted-in',
        ]
          .map((pair) => pair.split(':'))
          .map(
            ([name, status]) =>
              `<item><regionName>${name}</regionName><optInStatus>${status}</optInStatus></item>`,
          )
          .join('')}</regionInfo>`,
      ),
    'servicequotas:GetServiceQuota': ({ parameters }) =>
      json({ Quota: { ServiceCode: 'ec2', QuotaCode: parameters.QuotaCode, Value: quotaVcpus } }),
    'ec2:DescribeInstances': () => {
      const machines = Object.entries(running).flatMap(([type, count]) =>
        Array.from({ length: count }, () => type),
      );
      const items = machines.map(
        (type) =>
          `<item><instancesSet><item><instanceType>${type}</instanceType><cpuOptions><coreCount>2</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions></item></instancesSet></item>`,
      );
      return xml('DescribeInstances', `<reservationSet>${items.join('')}</reservationSet>`);
    },
    'ec2:DescribeSubnets': ({ parameters, region }) => {
      const ids = Object.entries(parameters).flatMap(([key, value]) =>
        key.startsWith('SubnetId.') ? [String(value)] : [],
      );
      const zones = ['usw2-az1', 'usw2-az2'];
      const items = ids.map((id, i) => {
        const zone = zones[i % 2]!;
        return `<item><subnetId>${id}</subnetId><vpcId>vpc-0123456789abcdef0</vpcId><availabilityZone>${zoneName(region, zone)}</availabilityZone><availabilityZoneId>${zone}</availabilityZoneId><availableIpAddressCount>250</availableIpAddressCount></item>`;
      });
      return xml('DescribeSubnets', `<subnetSet>${items.join('')}</subnetSet>`);
    },
    'ec2:DescribeVpcs': () => xml('DescribeVpcs', '<vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>'),
    'ec2:DescribeAddresses': () =>
      xml('DescribeAddresses', '<addressesSet><item><publicIp>203.0.113.1</publicIp></item></addressesSet>'),
    'ec2:DescribeVpcEndpoints': ({ region }) =>
      xml(
        'DescribeVpcEndpoints',
        `<vpcEndpointSet><item><serviceName>com.amazonaws.${region}.s3</serviceName><vpcEndpointType>Gateway</vpcEndpointType><routeTableIdSet><item>rtb-00000000000000001</item></routeTableIdSet></item><item><serviceName>com.amazonaws.${region}.kms</serviceName><vpcEndpointType>Interface</vpcEndpointType><privateDnsEnabled>true</privateDnsEnabled></item></vpcEndpointSet>`,
      ),
    'ec2:DescribeCapacityReservations': () =>
      xml(
        'DescribeCapacityReservations',
        '<capacityReservationSet><item><capacityReservationId>cr-0123456789abcdef0</capacityReservationId><instanceType>g6e.12xlarge</instanceType><availabilityZoneId>usw2-az1</availabilityZoneId><totalInstanceCount>2</totalInstanceCount><availableInstanceCount>2</availableInstanceCount><state>active</state></item></capacityReservationSet>',
      ),
    'ssm:GetParameter': ({ parameters }) =>
      json({ Parameter: { Name: parameters.Name, Type: 'String', Value: 'ami-0123456789abcdef0' } }),
    'ec2:DescribeImages': () =>
      xml(
        'DescribeImages',
        '<imagesSet><item><imageId>ami-0123456789abcdef0</imageId><imageState>available</imageState><architecture>x86_64</architecture><rootDeviceName>/dev/sda1</rootDeviceName><blockDeviceMapping><item><deviceName>/dev/sda1</deviceName><ebs><volumeSize>75</volumeSize></ebs></item></blockDeviceMapping></item></imagesSet>',
      ),
    'ecr:DescribeImages': () => json({ imageDetails: [{ imageDigest: `sha256:${'a'.repeat(64)}` }] }),
    'acm:DescribeCertificate': () =>
      json({
        Certificate: {
          Status: 'ISSUED',
          DomainName: 'llm.example.com',
          NotAfter: Date.now() / 1000 + 200 * 86_400,
        },
      }),
    'route53:GetHostedZone': () => ({
      status: 200,
      body: `<?xml version="1.0"?><GetHostedZoneResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><HostedZone><Id>/hostedzone/Z123</Id><Name>example.com.</Name><CallerReference>x</CallerReference><Config><PrivateZone>false</PrivateZone></Config></HostedZone></GetHostedZoneResponse>`,
    }),
    'secretsmanager:DescribeSecret': () =>
      json({ Name: 'api-key', VersionIdsToStages: { v1: ['AWSCURRENT'] } }),
    'kms:DescribeKey': () =>
      json({ KeyMetadata: { KeyId: 'k', KeyState: 'Enabled', KeyUsage: 'ENCRYPT_DECRYPT' } }),
    'kms:ListAliases': () => json({ Aliases: [] }),
    's3:ListBucket': ({ parameters }) =>
      'prefix' in parameters
        ? {
            status: 200,
            body: `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated><Contents><Key>${String(parameters.prefix)}files/model.safetensors</Key><Size>55562855904</Size></Contents></ListBucketResult>`,
          }
        : { status: 200, body: '' },
    's3:ListAllMyBuckets': ({ parameters }) => ({
      status: 200,
      body: `<?xml version="1.0"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets><Bucket><Name>${String(parameters.prefix)}20261123</Name><CreationDate>2026-11-01T00:00:00.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>`,
    }),
    'ce:ListCostAllocationTags': ({ parameters }) =>
      json({
        CostAllocationTags: (parameters.TagKeys as string[]).map((TagKey) => ({
          TagKey,
          Type: 'UserDefined',
          Status: 'Active',
        })),
      }),
  };
}

/** Hugging Face's answer for a repository of so many bytes. */
export const hubHandler =
  (bytes: number): Handler =>
  () =>
    json({
      siblings: [
        { rfilename: 'config.json', size: 203_664 },
        { rfilename: 'model.safetensors', size: bytes - 203_664 },
      ],
    });

export const offeringsIn =
  (types: readonly string[], zones: readonly string[]): Handler =>
  ({ parameters }) => {
    const asked = filterValues(parameters, 'instance-type');
    const items = types
      .filter((type) => asked.length === 0 || asked.includes(type))
      .flatMap((type) =>
        zones.map((zone) => `<item><instanceType>${type}</instanceType><location>${zone}</location></item>`),
      );
    return xml(
      'DescribeInstanceTypeOfferings',
      `<instanceTypeOfferingSet>${items.join('')}</instanceTypeOfferingSet>`,
    );
  };
