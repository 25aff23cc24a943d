import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../src/plan/schema';
import { variants } from '../../test/policy/variants';
import { type Configuration, forEmulator } from './emulated';
import { byKind, callsIn, type ProviderCall } from './provider-log';
import { apply, destroy, init, terraform, type Workshop } from './terraform';

/**
 * Records which calls the AWS provider makes for every kind of resource of the stacks: each variant is applied to an
 * emulator, changed, changed back and destroyed, and the provider's own log is read. Writes test/data/terraform-calls.json;
 * docs/iam/deploy.json is made of it (`npm run iam:update`) and a test compares the two.
 *
 * `AWS_ENDPOINT_URL=http://127.0.0.1:5000 npm run record:deploy [variant…]`; with names, the recording is added to what
 * is there. QWEN_TERRAFORM_PLUGINS and QWEN_TERRAFORM_PROVIDER are as for `npm run test:terraform`.
 */
const OUT = join(__dirname, '..', '..', 'test', 'data', 'terraform-calls.json');
const endpoint = process.env.AWS_ENDPOINT_URL;
if (endpoint === undefined)
  throw new Error('AWS_ENDPOINT_URL must name an emulator: this creates and destroys');
const provider = process.env.QWEN_TERRAFORM_PROVIDER ?? null;
const plugins = process.env.QWEN_TERRAFORM_PLUGINS ?? null;
const scratch = mkdtempSync(join(tmpdir(), 'deploy-calls-'));
const FIXTURE = join(scratch, 'fixture');

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

/** Makes what the variants refer to and do not make; some of it is of kinds that other stacks make. */
function fixture(workshop: Workshop): Record<string, string> {
  mkdirSync(FIXTURE);
  const document = JSON.parse(readFileSync(join(__dirname, 'fixture.tf.json'), 'utf8')) as Configuration;
  if (provider !== null) document.terraform.required_providers.aws.version = provider;
  writeFileSync(join(FIXTURE, 'main.tf.json'), JSON.stringify(document));
  init(workshop, FIXTURE);
  apply(workshop, FIXTURE);
  const outputs = JSON.parse(terraform(workshop, FIXTURE, 'output', '-json')) as {
    stand_ins: { value: Record<string, string> };
  };
  return outputs.stand_ins.value;
}

function recordVariant(
  name: string,
  given: Plan,
  standIns: Record<string, string>,
  workshop: Workshop,
): { readonly calls: ProviderCall[]; readonly failures: readonly string[] } {
  const folder = join(scratch, name);
  mkdirSync(folder);
  const { deployment } = given.requirements;
  const plan: Plan = {
    ...given,
    requirements: { ...given.requirements, deployment: { ...deployment, deletionProtection: false } },
  };
  const write = (version: Plan): void =>
    writeFileSync(join(folder, 'main.tf.json'), forEmulator(version, standIns, provider));
  const log = join(scratch, `${name}.log`);
  const logged = { ...workshop, log };
  write(plan);
  init(workshop, folder);
  const failures: string[] = [];
  const attempt = (step: () => void): void => {
    try {
      step();
    } catch (cause) {
      failures.push((cause as Error).message);
    }
  };
  for (const version of [plan, changed(plan), plan]) {
    write(version);
    attempt(() => apply(logged, folder));
  }
  attempt(() => destroy(logged, folder));
  return { calls: callsIn(readFileSync(log, 'utf8')), failures };
}

const only = process.argv.slice(2);
const quiet: Workshop = { endpoint, plugins, log: null };
const calls: ProviderCall[] = [];
let failed = false;
try {
  const logged = { ...quiet, log: join(scratch, 'fixture.log') };
  const standIns = fixture(logged);
  for (const [name, plan] of variants()) {
    if (only.length > 0 && !only.includes(name)) continue;
    const started = Date.now();
    const found = recordVariant(name, plan, standIns, quiet);
    calls.push(...found.calls);
    const seconds = Math.round((Date.now() - started) / 1000);
    process.stdout.write(`${name}: ${found.calls.length} calls in ${seconds} s\n`);
    // A call that the emulator does not know is recorded, but what would come after it is not.
    for (const failure of found.failures) process.stderr.write(`${name}: step failed: ${failure}\n`);
    failed ||= found.failures.length > 0;
  }
  destroy(logged, FIXTURE);
  calls.push(...callsIn(readFileSync(logged.log, 'utf8')));
} finally {
  if (process.env.KEEP_LOGS) process.stderr.write(`logs: ${scratch}\n`);
  else rmSync(scratch, { recursive: true, force: true });
}
interface Recording {
  readonly provider: string;
  readonly calls: Record<string, string[]>;
}
const before: Recording | null =
  only.length > 0 && existsSync(OUT) ? (JSON.parse(readFileSync(OUT, 'utf8')) as Recording) : null;
const earlier = Object.entries(before?.calls ?? {}).flatMap(([kind, actions]) =>
  actions.map((action) => ({ kind, action })),
);
if (calls.length > 0) {
  const recording = {
    provider: provider ?? 'the version of the stack',
    calls: byKind([...earlier, ...calls]),
  };
  writeFileSync(OUT, `${JSON.stringify(recording, null, 2)}\n`);
}
process.exitCode = failed ? 1 : 0;
