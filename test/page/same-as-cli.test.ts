import { Script } from 'node:vm';
import { bundle } from '../../src/cli/page/build';
import { run } from '../../src/cli/program';
import { bufferStreams } from '../../src/cli/streams';
import type { Outcome } from '../../src/page/answer';
import { wordsOf } from '../../src/page/command';
import type { Question, Reply } from '../../src/page/planner';
import type { State } from '../../src/page/state';
import { inEmptyFolder } from '../cli/harness';
import { randomStates } from './states';

// The command line would read the selfhost.yaml that lies in the root of a clone.
inEmptyFolder();

/** The issue asks for 50. */
const CASES = 50;

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

/** What the command line says to the same flags. */
async function commandLine(state: State): Promise<Outcome> {
  const { streams, printed } = bufferStreams(100);
  const exitCode = await run(['node', 'qwen-selfhost', ...wordsOf(state), '--json'], streams);
  if (exitCode === 0) return { kind: 'plan', planText: printed.out };
  const { error } = JSON.parse(printed.out) as { error: { message: string } };
  return { kind: 'refused', message: error.message, exitCode, requirements: null };
}

test(
  `the page and the command line give the same bytes or the same line, ${CASES} times`,
  async () => {
    const ask = await pagePlanner();
    const seen = { plan: 0, refused: 0, defect: 0 };
    for (const state of randomStates(CASES, 20261124)) {
      const page = ask(state);
      seen[page.kind]++;
      expect([state, page.kind === 'refused' ? { ...page, requirements: null } : page]).toEqual([
        state,
        await commandLine(state),
      ]);
    }
    expect(seen.plan).toBeGreaterThan(CASES / 2);
    expect(seen.refused).toBeGreaterThan(2);
    expect(seen.defect).toBe(0);
  },
  20_000 + 3000 * CASES,
);
