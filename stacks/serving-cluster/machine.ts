import type { Plan } from '../../src/plan/schema';
import { DataAwsAmi, DataAwsSsmParameter, LaunchTemplate } from '../aws';
import { Construct } from '../cdk';
import { literal, literalMap } from '../literal';
import { tagsOf } from './names';
import { userData } from './user-data';

/** Ubuntu 24.04 with the open NVIDIA driver, Docker, the NVIDIA container toolkit and the SSM agent (aws.md section 4). */
const IMAGE_PARAMETER =
  '/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id';

/** How one machine is made. */
export class Machine extends Construct {
  readonly templateId: string;
  readonly templateVersion: number;

  constructor(scope: Construct, id: string, plan: Plan, securityGroupId: string, instanceProfileArn: string) {
    super(scope, id);
    // Read when Terraform plans and fixed in the template: a machine that starts next month is the same as today's.
    // `insecure_value`, because an image id is no secret and `value` would hide it in every plan.
    const parameter = new DataAwsSsmParameter(this, 'image-id', { name: IMAGE_PARAMETER });
    const image = new DataAwsAmi(this, 'image', {
      owners: ['amazon'],
      filter: [{ name: 'image-id', values: [parameter.insecureValue] }],
    });
    const tags = literalMap({ ...tagsOf(plan), Name: plan.name });
    const template = new LaunchTemplate(this, 'template', {
      namePrefix: `${plan.name}-`,
      description: `One machine of ${plan.name}`,
      updateDefaultVersion: true,
      imageId: image.id,
      instanceType: literal(plan.choice.instanceType),
      ebsOptimized: 'true',
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
            encrypted: 'true',
            deleteOnTermination: 'true',
          },
        },
      ],
      tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
        resourceType,
        tags,
      })),
      // It holds no reference, so it is encoded here: bash's `${}` and `%{}` would be templates to Terraform.
      userData: Buffer.from(userData(plan), 'utf8').toString('base64'),
      lifecycle: { createBeforeDestroy: true },
    });
    this.templateId = template.id;
    this.templateVersion = template.latestVersion;
  }
}
