import { join } from 'node:path';
import stack from './fixture.tf.json';
import type { Fixture } from './prepare';
import { type Tool, Workspace } from './terraform';

/** Makes what stacks refer to and do not make (a VPC, a zone, a certificate …) in a region of an emulated account. */
export async function makeFixture(
  tool: Tool,
  scratch: string,
  region: string,
  version: string,
): Promise<{ readonly space: Workspace; readonly fixture: Fixture }> {
  const space = new Workspace(tool, join(scratch, `fixture-${region}`));
  space.write('main.tf.json', {
    ...stack,
    terraform: { required_providers: { aws: { source: 'hashicorp/aws', version } } },
  });
  await space.init();
  await space.apply('-var', `region=${region}`);
  return { space, fixture: await space.outputs<Fixture>() };
}
