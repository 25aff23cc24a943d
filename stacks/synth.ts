import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { quote, UserError } from '../src/errors';
import type { Plan } from '../src/plan/schema';
import { standTogether } from '../src/plan/together';
import { App } from './cdk';
import { ensureFolder, refusalOf } from './folders';
import { PlanStack } from './plan-stack';
import { withoutTraces } from './without-traces';

/** File that Terraform reads, under `<out>/stacks/<plan name>/`: where CDKTF's own command puts it too. */
const CONFIGURATION = 'cdk.tf.json';

/**
 * Adds a stack for each plan to a CDKTF application.
 * @throws UserError when two plans cannot stand side by side, or a plan cannot be built
 */
export function addPlanStacks(app: App, plans: readonly Plan[]): void {
  for (const plan of standTogether(plans)) new PlanStack(app, plan);
}

/**
 * Writes `<outDir>/stacks/<name>/cdk.tf.json` for each plan: plain Terraform JSON, the same bytes for the same plan on
 * every machine. All or nothing: a plan that fails leaves every file as it was. Only that one file is ever replaced:
 * Terraform's lock file and providers lie beside it.
 * @returns the paths written, in the order of the plans
 * @throws UserError when a plan cannot be built or the folder cannot be written
 */
export function synthPlans(plans: readonly Plan[], outDir: string): string[] {
  const scratch = scratchIn(outDir);
  try {
    const app = new App({ outdir: scratch, stackTraces: false });
    withoutTraces(() => addPlanStacks(app, plans));
    return writable(outDir, () => {
      withoutTraces(() => app.synth());
      const moves = plans.map(({ name }) => {
        const folder = join(outDir, 'stacks', name);
        ensureFolder(folder);
        return { from: join(scratch, 'stacks', name, CONFIGURATION), to: join(folder, CONFIGURATION) };
      });
      for (const { from, to } of moves) renameSync(from, to);
      return moves.map(({ to }) => to);
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A folder on the same file system as the output, so that moving out of it is a rename. */
function scratchIn(outDir: string): string {
  return writable(outDir, () => {
    ensureFolder(outDir);
    return mkdtempSync(join(outDir, '.synth-'));
  });
}

function writable<T>(outDir: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (!isRefusal(cause)) throw cause;
    throw new UserError(
      `cannot write to ${quote(outDir)}: ${refusalOf(outDir, cause)}; choose another folder with --out`,
      3,
      { cause },
    );
  }
}

/** Of the file system: CDKTF writes too, and what it finds wrong with a stack says nothing of the folder. */
const isRefusal = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).syscall !== undefined;
