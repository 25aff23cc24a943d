import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { bundle, packedSolver } from '../../src/cli/page/build';
import type { Outcome } from '../../src/page/answer';
import type { Question, Reply } from '../../src/page/planner';
import type { State } from '../../src/page/state';
import { inEmptyFolder } from '../cli/harness';
import { randomStates } from './states';

// The command line would read the selfhost.yaml that lies in the root of a clone.
inEmptyFolder();

/** .ci/run compares 50. */
const CASES = Number(process.env.PAGE_CASES ?? 12);
const SEED = 20261124;
const ROOT = join(__dirname, '..', '..');

/** Makes a worker of Node look like one of a browser, which has no `process`. */
const PRELUDE = `
const { parentPort } = require('node:worker_threads');
delete globalThis.process;
Object.assign(globalThis, { self: globalThis, WorkerGlobalScope: Object, location: { href: 'blob:' } });
self.postMessage = (message) => parentPort.postMessage(message);
parentPort.on('message', (data) => self.onmessage({ data }));
`;

/** The planner that the page runs: the built programs, in a worker. */
async function pagePlanner(): Promise<{
  ask: (state: State) => Promise<Outcome>;
  end: () => Promise<number>;
}> {
  const programs = [PRELUDE, await bundle('solver.ts'), await bundle('worker.ts')];
  const worker = new Worker(programs.join('\n'), { eval: true });
  const post = async (question: Question): Promise<Reply> => {
    worker.postMessage(question);
    for (;;) {
      const [reply] = (await once(worker, 'message')) as [Reply];
      if (reply.kind !== 'draft') return reply;
    }
  };
  worker.unref();
  await post({ kind: 'open', catalogue: null, solver: new Blob([packedSolver()]) });
  return {
    ask: async (state) => {
      const reply = await post({ kind: 'plan', id: 1, state });
      if (reply.kind !== 'answer') throw new Error('no answer');
      return reply.outcome;
    },
    end: () => worker.terminate(),
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
    const [{ ask, end }, expected] = await Promise.all([pagePlanner(), commandLine()]);
    const states = randomStates(CASES, SEED);
    const seen = { plan: 0, refused: 0, defect: 0 };
    let mixes = 0;
    for (const [i, state] of states.entries()) {
      const page = await ask(state);
      seen[page.kind]++;
      if (page.kind === 'plan' && /^ {2}"mix": \{/m.test(page.planText)) mixes++;
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
  60_000 + 3000 * CASES,
);
