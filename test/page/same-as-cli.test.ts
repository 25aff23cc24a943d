import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Outcome } from '../../src/page/answer';
import { inEmptyFolder } from '../cli/harness';
import { pagePlanner } from './page-planner';
import { comparedStates } from './states';

// The command line would read the selfhost.yaml that lies in the root of a clone.
inEmptyFolder();

/** .ci/run compares 50. */
const CASES = Number(process.env.PAGE_CASES ?? 12);
const SEED = 20261124;
const ROOT = join(__dirname, '..', '..');

/** What the command line says to the same states. */
async function commandLine(): Promise<Outcome[]> {
  const words = [
    join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'),
    join(__dirname, 'cli-answers.ts'),
    String(CASES),
    String(SEED),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 2 ** 27 });
  const answers = JSON.parse(stdout) as { code: number; out: string; err: string }[];
  return answers.map(({ code, out, err }) =>
    code === 0
      ? { kind: 'plan', planText: out }
      : { kind: 'refused', message: err.replace(/^error: |\n$/g, ''), exitCode: code, requirements: null },
  );
}

test(
  `the page and the command line give the same bytes or the same line, ${CASES} times`,
  async () => {
    const [{ ask, end }, expected] = await Promise.all([pagePlanner(), commandLine()]);
    const states = comparedStates(CASES, SEED);
    const seen = { plan: 0, refused: 0, defect: 0 };
    let mixes = 0;
    for (const [i, state] of states.entries()) {
      const { outcome: page } = await ask(state);
      seen[page.kind]++;
      if (page.kind === 'plan' && /^ +"mix": \{/m.test(page.planText)) mixes++;
      expect([state, page.kind === 'refused' ? { ...page, requirements: null } : page]).toEqual([
        state,
        expected[i],
      ]);
    }
    await end();
    expect(seen.plan).toBeGreaterThan(CASES / 2);
    expect(seen.refused).toBeGreaterThan(0);
    expect(seen.defect).toBe(0);
    // The solver was loaded, and found something.
    expect(mixes).toBeGreaterThan(0);
  },
  120_000 + 5000 * CASES,
);
