import type { Plan } from '../../plan/schema';
import { scrub } from '../failure';
import { allPages } from '../pages';
import type { Session } from '../session';
import { type Finding, fail, pass, unanswered, warn } from './finding';

/** Where repositories are asked for; HF_ENDPOINT names a mirror, as for Hugging Face's own tools. */
export interface Hub {
  readonly url: string;
  readonly token: string | null;
  readonly timeoutSeconds: number;
}

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

interface HubModel {
  readonly sha?: string;
  readonly siblings?: readonly { readonly rfilename?: string; readonly size?: number }[];
}

/** The repository on Hugging Face: there, readable, of the planned size. */
export async function hubWeights(session: Session, plan: Plan, hub: Hub): Promise<Finding> {
  const check = 'weights';
  const { hfId, revision } = plan.choice;
  const url = `${hub.url}/api/models/${hfId}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const unasked = (reason: string): Finding =>
    warn(
      check,
      `not checked: ${hfId} could not be asked for (${scrub(reason)})`,
      'check that huggingface.co is reachable, or set HF_ENDPOINT to a mirror',
    );
  // The error of such a header would repeat it.
  if (hub.token !== null && !/^[\x21-\x7e]+$/.test(hub.token))
    return warn(
      check,
      'not checked: HF_TOKEN has characters that no header carries',
      'set HF_TOKEN to the token alone',
    );
  const { signal } = session.settings;
  const limit = AbortSignal.timeout(hub.timeoutSeconds * 1000);
  try {
    const response = await fetch(url, {
      headers: hub.token === null ? {} : { authorization: `Bearer ${hub.token}` },
      signal: signal === null ? limit : AbortSignal.any([signal, limit]),
    });
    if ([401, 403, 404].includes(response.status)) {
      return fail(
        check,
        `${hfId} at ${revision} is not to be read (HTTP ${response.status})`,
        'check the name; for gated weights accept the licence, set HF_TOKEN and deployment.huggingFaceToken',
      );
    }
    if (!response.ok) return unasked(`HTTP ${response.status}`);
    const { siblings = [], sha } = (await response.json()) as HubModel;
    const bytes = siblings.reduce((sum, { size }) => sum + (size ?? 0), 0);
    if (bytes === 0) return unasked('the answer names no files');
    const commit =
      sha === undefined || sha === revision ? '' : ` (commit ${scrub(sha)}; deployment.revision pins it)`;
    return compared(check, `in ${hfId} at ${revision}${commit}`, bytes, plan);
  } catch (thrown) {
    signal?.throwIfAborted();
    return unasked((thrown as Error).message);
  }
}

/** Where one revision lies in the bucket of a stack (stacks/serving-cluster/weights-layout.ts). */
export const stagedPrefix = ({ choice }: Plan): string =>
  `${encodeURIComponent(choice.hfId).replaceAll('%2F', '/')}/${encodeURIComponent(choice.revision)}/`;

/** The bucket of a stack that was deployed before, and what is staged in it; null before the first deploy. */
async function stagedWeights(session: Session, plan: Plan): Promise<Finding | null> {
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
    const objects = await allPages(
      's3:ListBucket',
      (ContinuationToken) =>
        session.call('s3:ListBucket', (options) =>
          client.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: stagedPrefix(plan), ContinuationToken }),
            options,
          ),
        ),
      (page) => page.NextContinuationToken,
      (page) => page.Contents,
    );
    const bytes = objects.reduce((sum, { Size }) => sum + (Size ?? 0), 0);
    if (bytes === 0)
      return warn(
        check,
        `nothing is staged in ${bucket} yet`,
        'start the staging job that Terraform names in its output',
      );
    return compared(check, `staged in ${bucket}`, bytes, plan);
  } catch (thrown) {
    return unanswered(check, thrown, 'start the staging job again');
  }
}

/** The weights from where machines load them: the hub always, as the staging job reads from there too. */
export async function weights(session: Session, plan: Plan, hub: Hub): Promise<Finding[]> {
  const fromHub = hubWeights(session, plan, hub);
  if (plan.requirements.deployment.weights !== 's3') return [await fromHub];
  const staged = await stagedWeights(session, plan);
  const notYet = pass('staged weights', 'the bucket is made at apply and filled by the staging job');
  return [await fromHub, staged ?? notYet];
}
