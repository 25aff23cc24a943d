import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../src/plan/schema';
import { variants } from '../../test/policy/variants';
import known from '../../test/terraform/emulator.json';
import { makeFixture } from '../../test/terraform/fixture';
import type { Fixture } from '../../test/terraform/prepare';
import type { Emulator } from '../../test/terraform/stack';
import { type Tool, terraformHere, Workspace } from '../../test/terraform/terraform';
import { emulated } from './emulated';
import { byKind, callsIn, type ProviderCall } from './provider-log';

/**
 * Records which calls the AWS provider makes for every kind of resource of the stacks: each variant is applied to an
 * emulator, changed, changed back and destroyed, and the provider's own log is read. Writes test/data/terraform-calls.json;
 * docs/iam/deploy.json is made of it (`npm run iam:update`) and a test compares the two.
 *
 * `AWS_ENDPOINT_URL=http://127.0.0.1:5000 npm run record:deploy [variant…]`; with names, the recording is added to what
 * is there. QWEN_TERRAFORM_PLUGINS and QWEN_TERRAFORM_PROVIDER are as for `npm run test:terraform`.
 */
const OUT = join(__dirname, '..', '..', 'test', 'data', 'terraform-calls.json');
const emulator: Emulator = known;
if (process.env.AWS_ENDPOINT_URL === undefined)
  throw new Error('AWS_ENDPOINT_URL must name an emulator: this creates and destroys');
const provider = process.env.QWEN_TERRAFORM_PROVIDER ?? emulator.provider;
const scratch = mkdtempSync(join(tmpdir(), 'deploy-calls-'));

/** Another size, image and tag: what a second `plan` typically changes. */
const changed = (plan: Plan): Plan => ({
  ...plan,
  requirements: { ...plan.requirements, tags: { team: 'recorders' } },
  engine: { ...plan.engine, image: 'vllm/vllm-openai:v0.31.1' },
  scaling: { ...plan.scaling, maxInstances: plan.scaling.maxInstances + 1, targetConcurrencyPerReplica: 19 },
  timeoutsSeconds: {
    ...plan.timeoutsSeconds,
    loadBalancerIdle: plan.timeoutsSeconds.loadBalancerIdle + 1,
  },
  cost: { ...plan.cost, usdPerMonth: plan.cost.usdPerMonth + 1 },
});

/** Terraform whose provider logs its calls. */
function logging(tool: Tool, log: string): Tool {
  const secrets = { TF_VAR_api_key: 'emulated', TF_VAR_hugging_face_token: 'emulated' };
  return {
    ...tool,
    environment: { ...tool.environment, ...secrets, TF_LOG_PROVIDER: 'DEBUG', TF_LOG_PATH: log },
  };
}

async function recordVariant(
  name: string,
  given: Plan,
  fixture: Fixture,
  tool: Tool,
): Promise<{ readonly calls: ProviderCall[]; readonly failures: readonly string[] }> {
  const { deployment } = given.requirements;
  const plan: Plan = {
    ...given,
    requirements: { ...given.requirements, deployment: { ...deployment, deletionProtection: false } },
  };
  const log = join(scratch, `${name}.log`);
  const space = new Workspace(logging(tool, log), join(scratch, name));
  const write = (version: Plan): void =>
    space.write('main.tf.json', emulated(version, fixture, provider, emulator));
  write(plan);
  await space.init();
  const failures: string[] = [];
  const attempt = (step: Promise<unknown>): Promise<unknown> =>
    step.catch((cause: Error) => failures.push(cause.message));
  for (const version of [plan, changed(plan), plan]) {
    write(version);
    await attempt(space.apply());
  }
  await attempt(space.destroy());
  return { calls: callsIn(readFileSync(log, 'utf8')), failures };
}

async function record(only: readonly string[]): Promise<void> {
  const tool = terraformHere();
  if (tool === undefined) throw new Error('neither terraform nor tofu is installed');
  const calls: ProviderCall[] = [];
  const fixtureLog = join(scratch, 'fixture.log');
  const region = variants()[0]![1].choice.region;
  const { space, fixture } = await makeFixture(logging(tool, fixtureLog), scratch, region, provider);
  for (const [name, plan] of variants()) {
    if (only.length > 0 && !only.includes(name)) continue;
    const started = Date.now();
    const found = await recordVariant(name, plan, fixture, tool);
    calls.push(...found.calls);
    const seconds = Math.round((Date.now() - started) / 1000);
    process.stdout.write(`${name}: ${found.calls.length} calls in ${seconds} s\n`);
    // A call that the emulator does not know is recorded, but what would come after it is not.
    for (const failure of found.failures) process.stderr.write(`${name}: step failed: ${failure}\n`);
    if (found.failures.length > 0) process.exitCode = 1;
  }
  await space.destroy('-var', `region=${region}`);
  calls.push(...callsIn(readFileSync(fixtureLog, 'utf8')));
  write(calls, only.length > 0);
}

/** @param added to what is there, instead of in its place */
function write(calls: readonly ProviderCall[], added: boolean): void {
  const before: Recording | null =
    added && existsSync(OUT) ? (JSON.parse(readFileSync(OUT, 'utf8')) as Recording) : null;
  const earlier = Object.entries(before?.calls ?? {}).flatMap(([kind, actions]) =>
    actions.map((action) => ({ kind, action })),
  );
  const recording: Recording = { provider, calls: byKind([...earlier, ...calls]) };
  writeFileSync(OUT, `${JSON.stringify(recording, null, 2)}\n`);
}

interface Recording {
  readonly provider: string;
  readonly calls: Record<string, string[]>;
}

record(process.argv.slice(2)).finally(() => {
  if (process.env.KEEP_LOGS) process.stderr.write(`logs: ${scratch}\n`);
  else rmSync(scratch, { recursive: true, force: true });
});
