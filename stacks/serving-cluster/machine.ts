import { ROOT_VOLUME_MIB_PER_SECOND } from '../../src/plan/deployed';
import type { Plan } from '../../src/plan/schema';
import { DataAwsAmi, DataAwsSsmParameter, LaunchTemplate } from '../aws';
import { Construct, Fn, TerraformLocal } from '../cdk';
import { literal, literalAround, literalMap } from '../literal';
import { tagsOf } from './names';
import { marketOf } from './purchase';
import { DEPLOYED_MARK, userData } from './user-data';

/** Ubuntu 24.04 with the open NVIDIA driver, Docker, the NVIDIA container toolkit and the SSM agent (aws.md section 4). */
const IMAGE_PARAMETER =
  '/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id';

/** What only Terraform knows of a machine's surroundings. */
export interface Deployed {
  readonly targetGroupArn: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly weightsBucket: string | null;
}

/** How one machine is made. */
export class Machine extends Construct {
  readonly templateId: string;
  readonly templateVersion: number;

  constructor(
    scope: Construct,
    id: string,
    plan: Plan,
    securityGroupId: string,
    instanceProfileArn: string,
    keyArn: string,
    deployed: Deployed,
  ) {
    super(scope, id);
    // Read when Terraform plans and fixed in the template: a machine that starts next month is the same as today's.
    // `insecure_value`, because an image id is no secret and `value` would hide it in every plan.
    const { amiId } = plan.requirements.deployment;
    const imageId =
      amiId === null
        ? new DataAwsSsmParameter(this, 'image-id', { name: IMAGE_PARAMETER }).insecureValue
        : literal(amiId);
    const image = new DataAwsAmi(this, 'image', {
      owners: amiId === null ? ['amazon'] : ['amazon', 'self', 'aws-marketplace'],
      filter: [{ name: 'image-id', values: [imageId] }],
    });
    const tags = literalMap({ ...tagsOf(plan), Name: plan.name });
    const template = new LaunchTemplate(this, 'template', {
      namePrefix: `${plan.name}-`,
      description: `One machine of ${plan.name}`,
      updateDefaultVersion: true,
      imageId: image.id,
      instanceType: literal(plan.choice.instanceType),
      ebsOptimized: 'true',
      ...marketOf(plan),
      iamInstanceProfile: { arn: instanceProfileArn },
      // Session tokens only. One hop is enough because the engines use the host's network; with more, whatever runs in
      // a bridged container could take the machine's credentials.
      metadataOptions: {
        httpEndpoint: 'enabled',
        httpTokens: 'required',
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: 'disabled',
      },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: 'false',
          deleteOnTermination: 'true',
          securityGroups: [securityGroupId],
        },
      ],
      blockDeviceMappings: [
        {
          // Not the same on every image, so it is asked for.
          deviceName: image.rootDeviceName,
          ebs: {
            volumeType: 'gp3',
            volumeSize: plan.storage.rootVolumeGiB,
            throughput: ROOT_VOLUME_MIB_PER_SECOND,
            encrypted: 'true',
            kmsKeyId: keyArn,
            deleteOnTermination: 'true',
          },
        },
      ],
      tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
        resourceType,
        tags,
      })),
      userData: Fn.base64gzip(this.bootText(plan, deployed)),
      lifecycle: { createBeforeDestroy: true },
    });
    this.templateId = template.id;
    this.templateVersion = template.latestVersion;
  }

  /** User data as a local value: Terraform's references where the mark stands, all else as it is. */
  private bootText(plan: Plan, deployed: Deployed): string {
    const { targetGroupArn, secrets, weightsBucket } = deployed;
    const references: Record<string, string> = { '@TARGET_GROUP@': targetGroupArn };
    for (const [name, arn] of Object.entries(secrets)) references[`@SECRET_${name}@`] = arn;
    if (weightsBucket !== null) references['@WEIGHTS@'] = weightsBucket;
    const document = {
      targetGroupArn: '@TARGET_GROUP@',
      secrets: Object.fromEntries(Object.keys(secrets).map((name) => [name, `@SECRET_${name}@`])),
      weightsBucket: weightsBucket === null ? null : '@WEIGHTS@',
    };
    // Twice JSON: a document within a string of the document.
    const inner = JSON.stringify(JSON.stringify(document)).slice(1, -1);
    const text = literalAround(userData(plan).replace(DEPLOYED_MARK, inner), references);
    return new TerraformLocal(this, 'user-data', text).asString;
  }
}
