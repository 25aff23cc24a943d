import type { Plan } from '../../src/plan/schema';
import { Template } from '../../test/stacks/template';
import { appliable, type Fixture, forEmulator, knownTo, withFixture } from '../../test/terraform/prepare';
import type { Emulator, Stack } from '../../test/terraform/stack';

/**
 * A plan's stack as the emulator takes it. More of it than the runs of `npm run test:terraform` apply: what matters here is which
 * calls are made, not whether the emulator answers as AWS does.
 */
export function emulated(plan: Plan, fixture: Fixture, providerVersion: string, emulator: Emulator): Stack {
  const given = JSON.parse(new Template(plan).text) as Stack;
  const { stack } = knownTo(forEmulator(given, providerVersion, emulator), providerVersion, emulator);
  // moto wants a source where CodeBuild needs none, and has no instance refresh.
  for (const project of Object.values(stack.resource.aws_codebuild_project ?? {}))
    Object.assign(project.source as object, { type: 'GITHUB', location: 'https://github.com/none/none.git' });
  for (const group of Object.values(stack.resource.aws_autoscaling_group ?? {}))
    delete group.instance_refresh;
  const absent = emulator.notApplied.filter(({ resource }) => resource !== 'aws_codebuild_project');
  return appliable(withFixture(stack, fixture), { ...emulator, notApplied: absent }).stack;
}
