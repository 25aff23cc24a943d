import type { Plan } from '../../src/plan/schema';
import { weightsPrefix, weightsSources } from '../../src/plan/weights-layout';
import type { DataAwsIamPolicyDocumentStatement } from '../aws';
import { literal } from '../literal';

/** What a plan stages lies under these keys of its bucket, as IAM writes them; nothing else of the bucket is its business. */
const patterns = (plan: Plan): string[] =>
  weightsSources(plan).map((source) => `${literal(weightsPrefix(source))}*`);

/** ARNs of the model's and the adapters' objects. */
export const stagedObjects = (plan: Plan, bucketArn: string): string[] =>
  patterns(plan).map((pattern) => `${bucketArn}/${pattern}`);

/** Without it a missing manifest would read as forbidden, and nothing could be synchronised. */
export const listStaged = (plan: Plan, bucketArn: string): DataAwsIamPolicyDocumentStatement => ({
  sid: 'ListWeights',
  actions: ['s3:ListBucket'],
  resources: [bucketArn],
  condition: [{ test: 'StringLike', variable: 's3:prefix', values: patterns(plan) }],
});
