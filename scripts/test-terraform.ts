import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goldenStacks } from '../test/golden/stacks';

/**
 * Every golden stack through a real Terraform: initialised, validated, and, where AWS_ENDPOINT_URL names an
 * AWS-compatible endpoint, applied, planned again (no change) and destroyed. What is missing is named; then exit 3.
 *
 * `npm run test:terraform [name]`. QWEN_TERRAFORM_PLUGINS may name a folder with the provider (`terraform init
 * -plugin-dir`) and QWEN_TERRAFORM_PROVIDER another version of it than the stack's; docs/testing.md says what that means.
 */
const STACKS = new Map(goldenStacks().map(({ name, text }) => [name, text]));
/** Without an emulator for them, these are validated only. */
const NOT_EMULATED = ['aws_budgets_budget', 'aws_ce_anomaly_subscription'];
const LIMIT_MS = 15 * 60_000;

const scratch = mkdtempSync(join(tmpdir(), 'qwen-terraform-'));
const {
  QWEN_TERRAFORM_PLUGINS: plugins,
  QWEN_TERRAFORM_PROVIDER: version,
  AWS_ENDPOINT_URL: endpoint,
} = process.env;

function missing(what: string): never {
  process.stderr.write(`test:terraform: ${what}\n`);
  rmSync(scratch, { recursive: true, force: true });
  process.exit(3);
}

const binary = ['terraform', 'tofu'].find((name) => spawnSync(name, ['version']).status === 0);
if (binary === undefined) missing('neither terraform nor tofu is installed');

interface Stack {
  terraform: { required_providers: { aws: { version: string } }; backend?: unknown };
  resource: Record<string, unknown>;
}

function prepare(name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  const stack = JSON.parse(STACKS.get(name)!) as Stack;
  delete stack.terraform.backend;
  if (version !== undefined) stack.terraform.required_providers.aws.version = version;
  if (endpoint !== undefined) {
    for (const type of NOT_EMULATED) delete stack.resource[type];
    const override = {
      provider: {
        aws: [{ skip_credentials_validation: true, skip_metadata_api_check: true, s3_use_path_style: true }],
      },
      // An emulator has no public AWS parameters: QWEN_TERRAFORM_AMI_PARAMETER names one that it has.
      data: {
        aws_ssm_parameter: { 'serving_machine_image-id': { name: process.env.QWEN_TERRAFORM_AMI_PARAMETER } },
      },
      resource: { aws_lb: { serving_door_lb: { enable_deletion_protection: false } } },
    };
    writeFileSync(join(folder, 'override.tf.json'), JSON.stringify(override));
  }
  writeFileSync(join(folder, 'main.tf.json'), JSON.stringify(stack));
  return folder;
}

function run(folder: string, ...words: string[]): number {
  const done = spawnSync(binary!, [`-chdir=${folder}`, ...words], { encoding: 'utf8', timeout: LIMIT_MS });
  if (done.status !== 0)
    process.stderr.write(`${words[0]}: ${(done.stderr || done.stdout).trim().slice(-3000)}\n`);
  return done.status ?? 1;
}

/** What of a stack fails, or undefined. */
function problem(name: string): string | undefined {
  const folder = prepare(name);
  const init = [
    'init',
    '-input=false',
    '-no-color',
    ...(plugins === undefined ? [] : [`-plugin-dir=${plugins}`]),
  ];
  if (run(folder, ...init) !== 0) missing('the AWS provider cannot be installed here (see above)');
  if (run(folder, 'validate', '-no-color') !== 0) return 'validate';
  if (endpoint === undefined) return undefined;
  if (run(folder, 'apply', '-auto-approve', '-input=false', '-no-color') !== 0) return 'apply';
  if (run(folder, 'plan', '-detailed-exitcode', '-input=false', '-no-color') !== 0)
    return 'a second plan changes something';
  return run(folder, 'destroy', '-auto-approve', '-input=false', '-no-color') === 0 ? undefined : 'destroy';
}

const only = process.argv[2];
const names = [...STACKS.keys()];
const results = names
  .filter((name) => only === undefined || name === only)
  .map((name): [string, string | undefined] => [name, problem(name)]);
for (const [name, failed] of results)
  process.stdout.write(`${name}: ${failed === undefined ? 'ok' : `FAILED at ${failed}`}\n`);
rmSync(scratch, { recursive: true, force: true });
if (results.some(([, failed]) => failed !== undefined)) process.exit(1);
if (endpoint === undefined)
  missing('validated only: AWS_ENDPOINT_URL names no AWS-compatible endpoint to apply to');
