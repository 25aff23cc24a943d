import { parse } from '@cdktf/hcl2json';
import { synthHcl } from '../../stacks/hcl';
import { makePlan, TWO_REPLICAS } from './make-plan';
import { Template } from './template';

interface Hcl {
  terraform: Record<string, unknown>[];
  resource: Record<string, Record<string, unknown>>;
  data: Record<string, Record<string, unknown>>;
  output: Record<string, unknown>;
}
const parsed = async (overrides = {}) =>
  (await parse('main.tf', synthHcl(makePlan(overrides)))) as unknown as Hcl;

describe('synthHcl', () => {
  it('parses, required_version included', async () => {
    const { terraform } = await parsed();
    expect(Object.assign({}, ...terraform)).toEqual({
      required_version: '>= 1.11',
      required_providers: [{ aws: { source: 'aws', version: '6.25.0' } }],
      backend: { local: [{ path: '../../../terraform.qwen35-35b.tfstate' }] },
    });
  });

  it('keeps native locking for S3', async () => {
    const stateBackend = { bucket: 'my-state', key: 'k', region: 'us-east-1' };
    const { terraform } = await parsed({ requirements: { stateBackend } });
    expect(Object.assign({}, ...terraform).backend).toEqual({
      s3: [{ ...stateBackend, encrypt: true, use_lockfile: true }],
    });
  });

  it('has the same resources as the JSON, user data included', async () => {
    const { resource, data } = await parsed(TWO_REPLICAS);
    const template = new Template(makePlan(TWO_REPLICAS));
    const under = (prefix: string, blocks: Hcl['resource']) =>
      Object.entries(blocks).flatMap(([type, byId]) =>
        Object.keys(byId).map((id) => `${prefix}${type}.${id}`),
      );
    expect([...under('', resource), ...under('data.', data)].sort()).toEqual(template.addresses());
    expect(resource.aws_launch_template).toMatchObject({
      serving_machine_template: [
        { user_data: template.resource('aws_launch_template', 'machine_template').user_data },
      ],
    });
  });

  it('indents', () => {
    expect(synthHcl(makePlan())).toMatch(
      /\nresource "aws_lb" "serving_door_lb" \{\n(?: {2,4}.*\n)* {2}drop_invalid_header_fields = true\n/,
    );
  });
});
