import { tools } from '../../../src/aws/preflight/tools';

test.each([
  ['old', '{"terraform_version":"1.10.5"}', ['fail', 'pass']],
  ['new', '{"terraform_version":"1.11.4"}', ['pass', 'pass']],
  [
    'another provider',
    '{"terraform_version":"2.0.0","provider_selections":{"registry.terraform.io/hashicorp/aws":"6.1.0"}}',
    ['pass', 'warn'],
  ],
  ['damaged', 'Terraform v1.11', ['fail']],
])('Terraform %s', async (_, output, statuses) => {
  const found = await tools(async (name) => (name === 'terraform' ? output : null), {
    folder: 'x',
    provider: '6.25.0',
  });
  expect(found.map(({ status }) => status)).toEqual(statuses);
});
