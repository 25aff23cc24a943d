import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { CreateSubnetCommand, CreateVpcCommand, DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Finding } from '../../src/aws/preflight/finding';
import { INSTANCE_TYPES } from '../../src/hardware/instance-types';
import { parsePlan, serializePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { modelSource, weightsPrefix } from '../../src/plan/weights-layout';
import { cli, localEnvironment, setEnvironment } from './environment';

/** Set by .ci/aws.sh, which starts a moto server; without one there is nothing to test here. */
const url = process.env.MOTO_URL;
const withMoto = url === undefined ? describe.skip : describe;
const REGION = 'us-west-2';
const GOLDEN = 'test/golden/plans/tensor-parallel.plan.json';
const WEIGHT_BYTES = 4096;

type Requirements = Plan['requirements'];
type Section<K extends 'network' | 'deployment'> = Partial<Requirements[K]>;

withMoto('against moto', () => {
  let folder: string;
  let restore: () => void;
  const client = {
    region: REGION,
    endpoint: url ?? '',
    credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
  };
  const ec2 = new EC2Client(client);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'moto-'));
    restore = setEnvironment({
      ...localEnvironment(url ?? '', folder),
      HF_ENDPOINT: 'http://127.0.0.1:9',
      AWS_REGION: REGION,
    });
  });
  afterAll(() => {
    restore();
    ec2.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  const plan = (network: Section<'network'>, deployment: Section<'deployment'>, bucket: string): Plan => {
    const golden = parsePlan(readFileSync(GOLDEN, 'utf8'), GOLDEN);
    const { requirements, choice } = golden;
    return {
      ...golden,
      choice: { ...choice, checkpointBytes: WEIGHT_BYTES },
      requirements: {
        ...requirements,
        network: { ...requirements.network, ...network },
        deployment: { ...requirements.deployment, weights: 's3', ...deployment },
        stateBackend: { bucket, key: 'x', region: REGION },
      },
    };
  };

  async function findings(of: Plan): Promise<(check: string) => string> {
    const path = join(folder, 'x.plan.json');
    writeFileSync(path, serializePlan(of));
    const { out } = await cli('preflight', path, '--json');
    const { findings: found } = JSON.parse(out) as { findings: Finding[] };
    return (check) => {
      const one = found.find((finding) => finding.check.startsWith(check));
      return one === undefined ? 'none' : `${one.status}: ${one.detail}`;
    };
  }

  test('instance types, offerings and spot prices are those of EC2; what moto lacks is named', async () => {
    const { code, out } = await cli('catalog', 'refresh', '--placement-scores', '--json');
    const { refreshed, missing } = JSON.parse(out) as { refreshed: string[]; missing: { part: string }[] };
    expect(code).toBe(3);
    expect(refreshed).toEqual([REGION]);
    expect(missing.map(({ part }) => part).sort()).toEqual([
      'capacity blocks',
      'on-demand prices',
      'placement scores',
    ]);
    const shown = JSON.parse((await cli('catalog', 'show', '--region', REGION, '--json')).out) as {
      instanceType: string;
      figure: string;
      value: string;
      source: string;
    }[];
    const figure = (type: string, name: string): string | undefined =>
      shown.find(({ instanceType, figure: of }) => instanceType === type && of === name)?.value;
    // moto's instance types were read from EC2: ours must agree, slices of a GPU included.
    expect(figure('g6f.large', 'machine')).toBe('0.125 x L4, 2 vCPUs, 8 GiB');
    const machines = shown.filter(({ figure: of }) => of === 'machine');
    expect(machines.length).toBeGreaterThan(40);
    for (const { instanceType, value } of machines) {
      const type = INSTANCE_TYPES.find(({ name }) => name === instanceType)!;
      const [, count, vcpus, memory] = /^([\d.]+) x .+, (\d+) vCPUs, ([\d.]+) GiB$/.exec(value) ?? [];
      expect([instanceType, Number(count), Number(vcpus), Number(memory)]).toEqual([
        instanceType,
        type.gpuCount,
        type.vcpus,
        type.memoryGiB,
      ]);
    }
    expect(figure('g6e.xlarge', 'zones')).toMatch(/^usw2-az\d( usw2-az\d)*$/);
    expect(shown.filter(({ source }) => source.startsWith('aws-spot-history-')).length).toBeGreaterThan(0);
  }, 120_000);

  test('preflight passes what is there', async () => {
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    const golden = parsePlan(readFileSync(GOLDEN, 'utf8'), GOLDEN);
    const inRegion = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
    const weights = `${golden.name}-weights-20261124`;
    await s3.send(new CreateBucketCommand({ Bucket: 'my-state', ...inRegion }));
    await s3.send(new CreateBucketCommand({ Bucket: weights, ...inRegion }));
    const Key = `${weightsPrefix(modelSource(golden))}files/model.safetensors`;
    await s3.send(new PutObjectCommand({ Bucket: weights, Key, Body: 'x'.repeat(WEIGHT_BYTES) }));
    s3.destroy();
    const { HostedZone } = await new Route53Client(client).send(
      new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'x' }),
    );
    const { ARN } = await new SecretsManagerClient(client).send(
      new CreateSecretCommand({ Name: 'api-key', SecretString: 'x' }),
    );
    const { KeyMetadata } = await new KMSClient(client).send(new CreateKeyCommand({}));
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    const subnet = async (AvailabilityZoneId: string, CidrBlock: string): Promise<string> =>
      (await ec2.send(new CreateSubnetCommand({ VpcId: Vpc!.VpcId, CidrBlock, AvailabilityZoneId }))).Subnet!
        .SubnetId!;
    const zones = [golden.choice.zoneIds[0]!, golden.choice.loadBalancerZoneIds[1]!];
    const ids = [await subnet(zones[0]!, '10.9.0.0/24'), await subnet(zones[1]!, '10.9.1.0/24')];
    const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
    const amiId = Images!.find(({ Architecture }) => Architecture === 'x86_64')!.ImageId!;
    const of = await findings(
      plan(
        {
          domain: { name: 'llm.example.com', hostedZoneId: HostedZone!.Id!.replace('/hostedzone/', '') },
          vpcId: Vpc!.VpcId!,
          machineSubnetIds: [ids[0]!],
          loadBalancerSubnetIds: ids,
        },
        { apiKey: ARN!, kmsKeyArn: KeyMetadata!.Arn!, amiId },
        'my-state',
      ),
    );
    expect(of('credentials')).toMatch(/^pass: valid, /);
    expect(of('region')).toBe(`pass: ${REGION} is enabled`);
    expect(of('g6e.12xlarge on offer')).toMatch(/^pass: in usw2-az/);
    expect(of('zones')).toMatch(/^pass: /);
    expect(of('subnets')).toMatch(/^pass: 2 subnets of vpc-\w+ fit$/);
    expect(of('machine image')).toBe(`pass: ${amiId} in ${REGION}`);
    expect(of('hosted zone')).toBe('pass: llm.example.com is in zone example.com');
    expect(of('secret: API key')).toBe('pass: present, with a value');
    expect(of('key service')).toBe('pass: the key is enabled');
    expect(of('staged weights')).toBe(`pass: 0.0 GiB staged in ${weights}`);
    expect(of('state bucket')).toBe(`pass: my-state in ${REGION}`);
    // moto knows no quota of EC2, neither the account's nor the default: the line says that it was not checked.
    expect(of('quota Running On-Demand G')).toMatch(
      /^warn: not checked: servicequotas:GetAWSDefaultServiceQuota/,
    );
    expect(of('budget tag')).toMatch(/^warn: not checked: ce:ListCostAllocationTags/);
  }, 120_000);

  test('preflight fails what is not there, or not as it must be', async () => {
    const arn = (service: string, rest: string): string =>
      `arn:aws:${service}:${REGION}:123456789012:${rest}`;
    const missing = await findings(
      plan(
        {
          certificateArn: arn('acm', 'certificate/0f7c4c2e-1111-2222-3333-444455556666'),
          domain: { name: 'llm.example.com', hostedZoneId: 'Z0000000000000' },
          vpcId: 'vpc-0123456789abcdef0',
          machineSubnetIds: ['subnet-0123456789abcdef0'],
          loadBalancerSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        },
        {
          apiKey: arn('secretsmanager', 'secret:none-AbCdEf'),
          kmsKeyArn: arn('kms', 'key/0f7c4c2e-1111-2222-3333-444455556666'),
        },
        'no-such-bucket',
      ),
    );
    const checks = [
      'certificate',
      'hosted zone',
      'secret: API key',
      'key service',
      'subnets',
      'state bucket',
    ];
    // moto has the parameters of Amazon Linux images only: the stack's is not there.
    for (const check of [...checks, 'machine image'])
      expect([check, missing(check)]).toEqual([check, expect.stringMatching(/^fail: /)]);

    const { CertificateArn } = await new ACMClient(client).send(
      new RequestCertificateCommand({ DomainName: 'llm.example.com', ValidationMethod: 'DNS' }),
    );
    const secrets = new SecretsManagerClient(client);
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 'deleted', SecretString: 'x' }));
    await secrets.send(new DeleteSecretCommand({ SecretId: ARN! }));
    const kms = new KMSClient(client);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await kms.send(new DisableKeyCommand({ KeyId: KeyMetadata!.KeyId! }));
    const wrong = await findings(
      plan({ certificateArn: CertificateArn! }, { apiKey: ARN!, kmsKeyArn: KeyMetadata!.Arn! }, 'my-state'),
    );
    expect(wrong('certificate')).toBe('fail: its status is PENDING_VALIDATION, not ISSUED');
    expect(wrong('secret: API key')).toMatch(/^fail: .*delet/);
    expect(wrong('key service')).toBe('fail: the key is Disabled');
  }, 120_000);
});
