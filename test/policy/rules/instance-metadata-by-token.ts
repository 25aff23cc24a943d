import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_79', 'CKV_AWS_341', 'AWS-0130', 'AWS-0028'],
  says: 'metadata by session token, one hop away',
  check: (configuration) =>
    unless(configuration, 'aws_launch_template', ({ metadata_options: m }) => {
      const options = m as Record<string, unknown> | undefined;
      return options?.http_tokens === 'required' && options.http_put_response_hop_limit === 1;
    }),
  fails: one('aws_launch_template', {}),
  passes: one('aws_launch_template', {
    metadata_options: { http_tokens: 'required', http_put_response_hop_limit: 1 },
  }),
};
