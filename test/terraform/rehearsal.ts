import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drift, type PlanFile } from './changes';
import { appliable, type Fixture, forEmulator, knownTo, PLAN_TAG, planOf, withFixture } from './prepare';
import type { Emulator, Forgotten, Stack } from './stack';
import { type Tool, Workspace } from './terraform';

/** Given for every secret variable; must appear in no file that Terraform keeps. */
const SECRET = 'sentinel-of-a-secret-6f2b';

/** What became of one stack. */
export interface Outcome {
  readonly name: string;
  /** The step that failed, with the reason; undefined where all went well. */
  problem?: string;
  readonly steps: string[];
  resources: number;
  readonly leftOut: { address: string; reason: string }[];
  readonly used: Set<Forgotten>;
  seconds: number;
}

export interface Setting {
  readonly tool: Tool;
  readonly providerVersion: string;
  readonly scratch: string;
  readonly emulator: Emulator;
  /** By region; undefined where there is no endpoint to apply to. */
  readonly fixture: ((region: string) => Promise<Fixture>) | undefined;
}

/**
 * What the account itself shows of a plan, by tag. Machines, NAT gateways, keys and secrets keep their tags for hours or days after
 * their end: of the first two those that live count; keys and secrets wait 30 days for theirs.
 */
const remains = (planName: string, provider: unknown, terraform: unknown) => ({
  terraform,
  provider,
  data: {
    aws_resourcegroupstaggingapi_resources: { of: { tag_filter: { key: PLAN_TAG, values: [planName] } } },
    aws_nat_gateways: {
      living: { filter: [{ name: 'state', values: ['pending', 'available'] }] },
    },
    aws_instances: {
      living: { instance_state_names: ['pending', 'running'] },
    },
  },
  output: {
    tagged: {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's, not JavaScript's
      value: '${data.aws_resourcegroupstaggingapi_resources.of.resource_tag_mapping_list[*].resource_arn}',
    },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's, not JavaScript's
    living: { value: '${concat(data.aws_nat_gateways.living.ids, data.aws_instances.living.ids)}' },
  },
});
const OUTLIVES = /:(key|instance|natgateway)\/|:secret:/;

function secretsIn(folder: string): string[] {
  return readdirSync(folder).filter(
    (file) => /tfstate|tfplan/.test(file) && readFileSync(join(folder, file)).includes(SECRET),
  );
}

/** One stack through init and validate and, with an endpoint, apply, second plan and destroy. Never throws. */
export async function rehearse(name: string, given: Stack, setting: Setting): Promise<Outcome> {
  const { emulator, providerVersion, fixture, scratch } = setting;
  const started = performance.now();
  const outcome: Outcome = { name, steps: [], resources: 0, leftOut: [], used: new Set(), seconds: 0 };
  const secrets = Object.fromEntries(
    Object.keys(given.variable ?? {}).map((key) => [`TF_VAR_${key}`, SECRET]),
  );
  const tool = { ...setting.tool, environment: { ...setting.tool.environment, ...secrets } };
  const space = new Workspace(tool, join(scratch, name));
  const step = async (word: string, action: () => Promise<unknown>) => {
    try {
      await action();
      outcome.steps.push(word);
    } catch (error) {
      throw new Error(`${word}: ${(error as Error).message}`);
    }
  };
  const expect = (holds: boolean, message: string) => {
    if (!holds) throw new Error(message);
  };
  try {
    const { stack, leftOut } = knownTo(
      forEmulator(given, providerVersion, emulator),
      providerVersion,
      emulator,
    );
    outcome.leftOut.push(...leftOut);
    space.write('main.tf.json', stack);
    await step('init', () => space.init());
    await step('validate', () => space.run('validate', '-no-color'));
    if (fixture === undefined) return outcome;

    const region = String(stack.provider.aws[0]!.region);
    const planName = planOf(given);
    const reduced = appliable(withFixture(stack, await fixture(region)), emulator);
    outcome.leftOut.push(...reduced.leftOut);
    space.write('main.tf.json', reduced.stack);
    await step('apply', () => space.apply());
    const resources = (await space.run('state', 'list'))
      .split('\n')
      .filter((line) => line && !line.startsWith('data.'));
    outcome.resources = resources.length;
    await step('plan', async () => {
      await space.run('plan', '-input=false', '-no-color', '-out=tfplan');
      const found = drift(JSON.parse(await space.run('show', '-json', 'tfplan')) as PlanFile, emulator);
      for (const entry of found.used) outcome.used.add(entry);
      expect(found.unexplained.length === 0, `a second plan changes ${found.unexplained.join('; ')}`);
      expect(secretsIn(space.folder).length === 0, `a secret lies in ${secretsIn(space.folder).join(', ')}`);
    });
    const look = new Workspace(setting.tool, join(scratch, `${name}-remains`));
    look.write(
      'main.tf.json',
      remains(planName, { aws: [{ ...stack.provider.aws[0], default_tags: undefined }] }, stack.terraform),
    );
    await look.init();
    const present = async () => {
      await look.apply();
      const { tagged, living } = await look.outputs<{ tagged: string[]; living: string[] }>();
      return tagged.filter((arn) => !OUTLIVES.test(arn) || living.includes(arn.replace(/.*\//, '')));
    };
    await step('destroy', async () => {
      expect((await present()).length > 0, 'the account shows nothing of the plan before it is destroyed');
      await release(space, reduced.stack);
      await space.destroy('-refresh=false');
      const kept = (await space.run('state', 'list')).trim();
      expect(kept === '', `still in the state: ${kept}`);
      const left = await present();
      expect(left.length === 0, `left in the account: ${left.join(', ')}`);
    });
  } catch (error) {
    outcome.problem = (error as Error).message;
  } finally {
    outcome.seconds = Math.round((performance.now() - started) / 1000);
  }
  return outcome;
}

/** Deletion protection off, as docs/deploy.md says, where it is on. */
async function release(space: Workspace, stack: Stack): Promise<void> {
  const guarded = Object.entries(stack.resource.aws_lb ?? {}).filter(
    ([, balancer]) => balancer.enable_deletion_protection === true,
  );
  if (guarded.length === 0) return;
  const off = Object.fromEntries(guarded.map(([id]) => [id, { enable_deletion_protection: false }]));
  space.write('override.tf.json', { resource: { aws_lb: off } });
  await space.apply('-refresh=false', ...guarded.map(([id]) => `-target=aws_lb.${id}`));
}
