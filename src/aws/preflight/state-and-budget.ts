import type { Plan } from '../../plan/schema';
import type { Session } from '../session';
import { type Finding, pass, unanswered, warn } from './finding';
import { PLAN_TAG } from './running';

/** The bucket of the Terraform state; without one the state is a local file. */
export async function stateBucket(session: Session, { requirements }: Plan): Promise<Finding> {
  const check = 'state bucket';
  const backend = requirements.stateBackend;
  if (backend === null)
    return warn(
      check,
      'the state is a local file: only one person can deploy',
      'set stateBackend.bucket in selfhost.yaml',
    );
  const create = `aws s3api create-bucket --bucket ${backend.bucket} --region ${backend.region}, with versioning on`;
  try {
    const { S3Client, HeadBucketCommand } = await import('@aws-sdk/client-s3');
    const client = await session.client(
      's3',
      backend.region,
      (config) => new S3Client({ ...config, forcePathStyle: session.settings.endpointOverridden }),
    );
    await session.call('s3:ListBucket', (options) =>
      client.send(new HeadBucketCommand({ Bucket: backend.bucket }), options),
    );
    return pass(check, `${backend.bucket} in ${backend.region}`);
  } catch (thrown) {
    return unanswered(check, thrown, create);
  }
}

/** Cost Explorer answers in one region for all of AWS. */
const COST_EXPLORER_REGION = 'us-east-1';

/** The tag that the plan's budget counts by: a budget sees only costs of active cost allocation tags. */
export async function budgetTag(session: Session, { requirements }: Plan): Promise<Finding> {
  const check = 'budget tag';
  const { budget } = requirements.deployment;
  if (budget !== 'tag')
    return pass(check, budget === 'none' ? 'no budget asked for' : 'the budget is of the whole account');
  try {
    const { CostExplorerClient, ListCostAllocationTagsCommand } = await import(
      '@aws-sdk/client-cost-explorer'
    );
    const client = await session.client(
      'ce',
      COST_EXPLORER_REGION,
      (config) => new CostExplorerClient(config),
    );
    const { CostAllocationTags = [] } = await session.call('ce:ListCostAllocationTags', (options) =>
      client.send(new ListCostAllocationTagsCommand({ TagKeys: [PLAN_TAG], Type: 'UserDefined' }), options),
    );
    const tag = CostAllocationTags.find(({ TagKey }) => TagKey === PLAN_TAG);
    if (tag?.Status === 'Active') return pass(check, `${PLAN_TAG} is active`);
    const activate = `aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey=${PLAN_TAG},Status=Active`;
    return tag === undefined
      ? warn(
          check,
          `${PLAN_TAG} is not known to billing yet: it appears up to a day after the first deploy`,
          `then ${activate}`,
        )
      : warn(check, `${PLAN_TAG} is not active, so the budget counts nothing`, activate);
  } catch (thrown) {
    return unanswered(check, thrown, 'activate the tag in the billing console of the management account');
  }
}
