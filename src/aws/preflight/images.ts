import type { Plan } from '../../plan/schema';
import { ec2Call } from '../ec2';
import type { Session } from '../session';
import { type Finding, fail, pass, unanswered } from './finding';

/** The parameter stacks read (stacks/serving-cluster/machine.ts). */
export const IMAGE_PARAMETER =
  '/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id';

/** The machine image: found, usable, and small enough for the planned root volume. */
export async function machineImage(
  session: Session,
  { choice, storage, requirements }: Plan,
): Promise<Finding> {
  const check = 'machine image';
  const { region } = choice;
  const pinned = requirements.deployment.amiId;
  const other = 'set deployment.amiId to an image of your region';
  try {
    const id = pinned ?? (await parameter(session, region));
    const { Images = [] } = await ec2Call(session, region, 'ec2:DescribeImages', ({ sdk, client, options }) =>
      client.send(new sdk.DescribeImagesCommand({ ImageIds: [id] }), options),
    );
    const image = Images[0];
    if (!image) return fail(check, `${id} is not to be seen in ${region}`, other);
    if (image.State !== 'available')
      return fail(check, `${id} is ${image.State ?? 'in no known state'}`, other);
    if (image.Architecture && image.Architecture !== 'x86_64')
      return fail(check, `${id} is for ${image.Architecture}`, other);
    const root = image.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === image.RootDeviceName)?.Ebs
      ?.VolumeSize;
    if (root !== undefined && root > storage.rootVolumeGiB) {
      return fail(
        check,
        `${id} needs a root volume of ${root} GiB, the plan has ${storage.rootVolumeGiB}`,
        other,
      );
    }
    return pass(check, `${id} in ${region}${pinned === null ? ', the current Deep Learning AMI' : ''}`);
  } catch (thrown) {
    return unanswered(check, thrown, pinned === null ? `no Deep Learning AMI in ${region}: ${other}` : other);
  }
}

async function parameter(session: Session, region: string): Promise<string> {
  const { SSMClient, GetParameterCommand } = await import('@aws-sdk/client-ssm');
  const client = await session.client('ssm', region, (config) => new SSMClient(config));
  const { Parameter } = await session.call('ssm:GetParameter', (options) =>
    client.send(new GetParameterCommand({ Name: IMAGE_PARAMETER }), options),
  );
  return Parameter?.Value ?? '';
}

/** The engine's image, where it is a copy in ECR; a public image is pulled by machines without credentials. */
export async function engineImage(session: Session, { requirements, engine }: Plan): Promise<Finding> {
  const check = 'engine image';
  const { image } = requirements.deployment;
  if (image === null) return pass(check, `${engine.image} is public`);
  const parts = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(
    image,
  );
  const push = `copy it there: docker pull ${engine.image}, docker tag, docker push`;
  if (!parts) return pass(check, `${image} is pulled without credentials`);
  const [, registryId, region = '', repositoryName = '', imageTag, imageDigest] = parts;
  try {
    const { ECRClient, DescribeImagesCommand } = await import('@aws-sdk/client-ecr');
    const client = await session.client('ecr', region, (config) => new ECRClient(config));
    const imageId = imageDigest === undefined ? { imageTag: imageTag ?? 'latest' } : { imageDigest };
    const { imageDetails = [] } = await session.call('ecr:DescribeImages', (options) =>
      client.send(new DescribeImagesCommand({ registryId, repositoryName, imageIds: [imageId] }), options),
    );
    return imageDetails.length > 0
      ? pass(check, `${repositoryName}:${imageTag ?? imageDigest ?? 'latest'} is in ECR in ${region}`)
      : fail(check, `${repositoryName} in ${region} has no such image`, push);
  } catch (thrown) {
    return unanswered(check, thrown, push);
  }
}
