import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quote, reasonOf, UserError } from '../src/errors';
import type { Plan } from '../src/plan/schema';
import { App } from './cdk';
import { PlanStack, REQUIRED_TERRAFORM } from './plan-stack';
import { withoutTraces } from './without-traces';

/**
 * The plan's stack as HCL, for reading and for projects that keep no JSON. It says the same as `cdk.tf.json`.
 * @throws UserError when the plan cannot be built, or there is no temporary folder
 */
export function synthHcl(plan: Plan): string {
  // An App makes its output folder when it is constructed, although nothing is written to it here.
  const scratch = scratchFolder();
  try {
    const body = withoutTraces((): string => {
      const stack = new PlanStack(new App({ outdir: scratch, stackTraces: false }), plan, 'hcl');
      stack.prepareStack();
      return stack.toHclTerraform().hcl;
    });
    // A block of its own: Terraform merges it with the one that names provider and backend.
    return indented(`terraform {\nrequired_version = "${REQUIRED_TERRAFORM}"\n}\n\n${body.trim()}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function scratchFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'qwen-selfhost-'));
  } catch (cause) {
    throw new UserError(
      `cannot write to the temporary folder ${quote(tmpdir())}: ${reasonOf(cause)}; name another in TMPDIR`,
      3,
      { cause },
    );
  }
}

/**
 * HCL as `terraform fmt` would indent it; CDKTF writes it flush left. A bracket opens or closes a level only at a line's
 * end or start: in between it is text.
 */
function indented(hcl: string): string {
  let level = 0;
  return hcl.replaceAll(/^.*$/gm, (line) => {
    if (/^[}\]]/.test(line)) level -= 1;
    const text = line === '' ? '' : '  '.repeat(level) + line;
    if (/[{[]$/.test(line)) level += 1;
    return text;
  });
}
