import type { Plan } from '../../plan/schema';
import { modelSource, type WeightsSource, weightsPrefix, weightsSources } from '../../plan/weights-layout';
import { scrub } from '../failure';
import { allPages } from '../pages';
import type { Session } from '../session';
import { adapters } from './adapters';
import { type Finding, fail, pass, unanswered, warn } from './finding';
import { askRepository, type Hub } from './hub';

/** Sizes that were read in the repository must agree closely; computed ones may be off. */
const tolerance = ({ choice }: Plan): number =>
  choice.checkpointEvidence.startsWith('verified') ? 0.05 : 0.2;

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

function compared(check: string, where: string, bytes: number, plan: Plan): Finding {
  const planned = plan.choice.checkpointBytes;
  if (Math.abs(bytes / planned - 1) <= tolerance(plan)) return pass(check, `${gib(bytes)} ${where}`);
  const detail = `${gib(bytes)} ${where}, the plan counts on ${gib(planned)}`;
  return bytes < planned
    ? fail(
        check,
        detail,
        'the copy is incomplete or another checkpoint: fetch it again, or plan with another one',
      )
    : warn(check, detail, 'it may hold more than one format: check that the disk suffices');
}

/** The repository on Hugging Face: there, readable, of the planned size. */
export function hubWeights(session: Session, plan: Plan, hub: Hub): Promise<Finding> {
  const check = 'weights';
  const source = modelSource(plan);
  return askRepository(check, source, session, hub, ({ siblings = [], sha }) => {
    const bytes = siblings.reduce((sum, { size }) => sum + (size ?? 0), 0);
    if (bytes === 0) throw new Error('the answer names no sizes');
    const { repository, revision } = source;
    const commit =
      sha === undefined || sha === revision ? '' : ` (commit ${scrub(sha)}; deployment.revision pins it)`;
    return compared(check, `in ${repository} at ${revision}${commit}`, bytes, plan);
  });
}

/** What is staged of the model and each adapter in the bucket of a stack that was deployed before; null before the first deploy. */
async function stagedWeights(session: Session, plan: Plan): Promise<Finding[] | null> {
  const check = 'staged weights';
  const prefix = `${plan.name}-weights-`;
  try {
    const { S3Client, ListBucketsCommand, ListObjectsV2Command } = await import('@aws-sdk/client-s3');
    const client = await session.client(
      's3',
      plan.choice.region,
      (config) => new S3Client({ ...config, forcePathStyle: session.settings.endpointOverridden }),
    );
    const buckets = await session.call('s3:ListAllMyBuckets', (options) =>
      client.send(new ListBucketsCommand({ Prefix: prefix }), options),
    );
    const bucket = buckets.Buckets?.find(({ Name }) => Name?.startsWith(prefix))?.Name;
    if (bucket === undefined) return null;
    const bytesOf = async (source: WeightsSource): Promise<number> => {
      const objects = await allPages(
        's3:ListBucket',
        (ContinuationToken) =>
          session.call('s3:ListBucket', (options) =>
            client.send(
              new ListObjectsV2Command({ Bucket: bucket, Prefix: weightsPrefix(source), ContinuationToken }),
              options,
            ),
          ),
        (page) => page.NextContinuationToken,
        (page) => page.Contents,
      );
      return objects.reduce((sum, { Size }) => sum + (Size ?? 0), 0);
    };
    const [model, ...adapters] = weightsSources(plan);
    const staged = async (source: WeightsSource, found: (bytes: number) => Finding): Promise<Finding> => {
      const bytes = await bytesOf(source);
      if (bytes > 0) return found(bytes);
      const what = `nothing of ${source.repository} at ${source.revision} is staged in ${bucket} yet`;
      return warn(check, what, 'start the staging job that Terraform names in its output');
    };
    return await Promise.all([
      staged(model!, (bytes) => compared(check, `staged in ${bucket}`, bytes, plan)),
      ...adapters.map((source) =>
        staged(source, (bytes) => pass(check, `${source.repository} staged in ${bucket}, ${gib(bytes)}`)),
      ),
    ]);
  } catch (thrown) {
    return [unanswered(check, thrown, 'start the staging job again')];
  }
}

/** The weights from where machines load them: the hub always, as the staging job reads from there too. */
export async function weights(session: Session, plan: Plan, hub: Hub): Promise<Finding[]> {
  const fromHub = Promise.all([hubWeights(session, plan, hub), adapters(session, plan, hub)]);
  if (plan.requirements.deployment.weights !== 's3') return (await fromHub).flat();
  const staged = await stagedWeights(session, plan);
  const notYet = pass('staged weights', 'the bucket is made at apply and filled by the staging job');
  return [...(await fromHub).flat(), ...(staged ?? [notYet])];
}
