import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cases } from '../test/terraform/cases';
import known from '../test/terraform/emulator.json';
import { makeFixture } from '../test/terraform/fixture';
import type { Fixture } from '../test/terraform/prepare';
import { type Outcome, rehearse, type Setting } from '../test/terraform/rehearsal';
import { outcomeTable } from '../test/terraform/report';
import type { Emulator } from '../test/terraform/stack';
import { terraformHere, Workspace } from '../test/terraform/terraform';

/**
 * `npm run test:terraform [name ...]`: every golden stack and every variant through a real Terraform: initialised, validated
 * and, where AWS_ENDPOINT_URL names an AWS-compatible endpoint, applied, planned again (no change) and destroyed (nothing
 * left). What is missing is named; then exit 3. Environment and exit codes: docs/testing.md.
 */
const emulator: Emulator = known;
const endpoint = process.env.AWS_ENDPOINT_URL;
const jobs = Number(process.env.QWEN_TERRAFORM_JOBS ?? 4);
const scratch = mkdtempSync(join(tmpdir(), 'qwen-terraform-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

function missing(what: string): never {
  process.stderr.write(`test:terraform: ${what}\n`);
  process.exit(3);
}

/** The provider's newest version in a folder laid out as Terraform's mirrors are, or the stack's own. */
function providerIn(folder: string | undefined, wanted: string): string {
  if (process.env.QWEN_TERRAFORM_PROVIDER !== undefined) return process.env.QWEN_TERRAFORM_PROVIDER;
  if (folder === undefined) return wanted;
  try {
    const versions = readdirSync(join(folder, 'registry.terraform.io/hashicorp/aws'));
    if (versions.includes(wanted)) return wanted;
    const newest = versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
    if (newest !== undefined) return newest;
  } catch {}
  return missing(`${folder} (QWEN_TERRAFORM_PLUGINS) holds no registry.terraform.io/hashicorp/aws/<version>`);
}

async function main(): Promise<void> {
  const all = cases();
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !all.some(([other]) => other === name));
  if (unknown !== undefined) {
    process.stderr.write(
      `test:terraform: no stack ${unknown}; there are ${all.map(([name]) => name).join(', ')}\n`,
    );
    process.exit(2);
  }
  const chosen = names.length === 0 ? all : all.filter(([name]) => names.includes(name));

  const tool = terraformHere();
  if (tool === undefined) return missing('neither terraform nor tofu is installed');
  const providerVersion = providerIn(tool.plugins, all[0]![1].terraform.required_providers.aws.version);
  const fixtures = new Map<string, Promise<Fixture>>();
  const made = async (region: string) => (await makeFixture(tool, scratch, region, providerVersion)).fixture;
  const fixture = (region: string): Promise<Fixture> => {
    const found = fixtures.get(region) ?? made(region);
    fixtures.set(region, found);
    return found;
  };
  const setting: Setting = {
    tool,
    providerVersion,
    scratch,
    emulator,
    fixture: endpoint === undefined ? undefined : fixture,
  };
  try {
    const probe = new Workspace(tool, join(scratch, 'probe'));
    probe.write('main.tf.json', {
      terraform: { required_providers: { aws: { source: 'hashicorp/aws', version: providerVersion } } },
    });
    await probe.init();
  } catch (error) {
    return missing(`AWS provider ${providerVersion} cannot be installed here: ${(error as Error).message}`);
  }

  const outcomes: Outcome[] = [];
  const queue = [...chosen];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const outcome = await rehearse(...next, setting);
      outcomes.push(outcome);
      const { name, problem, steps, seconds } = outcome;
      process.stdout.write(
        `${name}: ${problem === undefined ? `${steps.join(', ')}: ok` : `FAILED at ${problem}`} (${seconds} s)\n`,
      );
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, worker));
  outcomes.sort(
    (a, b) => all.findIndex(([name]) => name === a.name) - all.findIndex(([name]) => name === b.name),
  );

  const table = outcomeTable(outcomes);
  process.stdout.write(`\n${table}`);
  if (process.env.QWEN_TERRAFORM_REPORT !== undefined)
    writeFileSync(process.env.QWEN_TERRAFORM_REPORT, table);
  let failed = outcomes.some(({ problem }) => problem !== undefined);
  if (!failed && names.length === 0 && endpoint !== undefined) {
    const needless = emulator.forgotten.filter((entry) => !outcomes.some(({ used }) => used.has(entry)));
    for (const { resource, attribute } of needless) {
      process.stderr.write(
        `emulator.json: no stack needs ${resource}.${attribute} to be forgotten; delete the entry\n`,
      );
      failed = true;
    }
  }
  if (failed) process.exit(1);
  if (endpoint === undefined)
    missing('validated only: AWS_ENDPOINT_URL names no AWS-compatible endpoint to apply to');
}

void main();
