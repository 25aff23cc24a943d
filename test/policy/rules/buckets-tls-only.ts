import { type Block, type Configuration, one, type Rule, type Statement, unless } from '../rule';

/** The policy document that a bucket policy takes its text from. */
function documentOf(configuration: Configuration, block: Block): Statement[] {
  const id = /aws_iam_policy_document\.([\w-]+)\./.exec(String(block.policy))?.[1] ?? '';
  return (configuration.data?.aws_iam_policy_document?.[id]?.statement ?? []) as Statement[];
}

const deniesPlainHttp = ({ effect, actions, condition }: Statement): boolean =>
  effect === 'Deny' && actions.includes('s3:*') && JSON.stringify(condition).includes('aws:SecureTransport');

const fixture = (statement: Statement[]): Configuration => ({
  resource: {
    aws_s3_bucket: { x: {} },
    aws_s3_bucket_policy: { y: { bucket: 'aws_s3_bucket.x.id', policy: 'aws_iam_policy_document.z.json' } },
  },
  data: { aws_iam_policy_document: { z: { statement } } },
});

export const rule: Rule = {
  ids: ['CKV_AWS_379', 'S10'],
  says: 'a bucket refuses all that does not come by TLS',
  check: (configuration) =>
    unless(configuration, 'aws_s3_bucket', (_, id) =>
      Object.values(configuration.resource?.aws_s3_bucket_policy ?? {}).some(
        (block) =>
          String(block.bucket).includes(`aws_s3_bucket.${id}.`) &&
          documentOf(configuration, block).some(deniesPlainHttp),
      ),
    ),
  fails: { ...one('aws_s3_bucket', {}), ...fixture([{ actions: ['s3:GetObject'] }]) },
  passes: fixture([
    {
      effect: 'Deny',
      actions: ['s3:*'],
      condition: [{ variable: 'aws:SecureTransport', values: ['false'] }],
    },
  ]),
};
