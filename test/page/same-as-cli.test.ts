import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Script } from 'node:vm';
import { bundle } from '../../src/cli/page/build';
import type { Outcome } from '../../src/page/answer';
import type { Question, Reply } from '../../src/page/planner';
import type { State } from '../../src/page/state';
import { inEmptyFolder } from '../cli/harness';
import { randomStates } from './states';

// The command line would read the selfhost.yaml that lies in the root of a clone.
inEmptyFolder();

/** The issue asks for 50. */
const CASES = 50;
const SEED = 20261124;
const ROOT = join(__dirname, '..', '..');

/** The planner that the page runs: the built bundle, as its worker would. */
async function pagePlanner(): Promise<(state: State) => Outcome> {
  const replies: Reply[] = [];
  const worker: { onmessage?: (event: { data: Question }) => void; postMessage: (reply: Reply) => void } = {
    postMessage: (reply) => void replies.push(reply),
  };
  // In the realm of Node itself, which computes several times faster than jest's.
  new Script(`(function (self) {${await bundle('worker.ts')}\n})`).runInThisContext()(worker);
  worker.onmessage!({ data: { kind: 'open', catalogue: null } });
  return (state) => {
    worker.onmessage!({ data: { kind: 'plan', id: 1, state } });
    const reply = replies.at(-1)!;
    if (reply.kind !== 'answer') throw new Error('no answer');
    return reply.outcome;
  };
}

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
    const [ask, expected] = await Promise.all([pagePlanner(), commandLine()]);
    const states = randomStates(CASES, SEED);
    const seen = { plan: 0, refused: 0, defect: 0 };
    states.forEach((state, i) => {
      const page = ask(state);
      seen[page.kind]++;
      expect([state, page.kind === 'refused' ? { ...page, requirements: null } : page]).toEqual([
        state,
        expected[i],
      ]);
    });
    expect(seen.plan).toBeGreaterThan(CASES / 2);
    expect(seen.refused).toBeGreaterThan(2);
    expect(seen.defect).toBe(0);
  },
  20_000 + 3000 * CASES,
);
