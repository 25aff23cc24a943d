import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { bundle, packedSolver } from '../../src/cli/page/build';
import type { Question, Reply } from '../../src/page/planner';
import type { State } from '../../src/page/state';

/** Makes a worker of Node look like one of a browser, which has no `process`. */
const PRELUDE = `
const { parentPort } = require('node:worker_threads');
delete globalThis.process;
Object.assign(globalThis, { self: globalThis, WorkerGlobalScope: Object, location: { href: 'blob:' } });
self.postMessage = (message) => parentPort.postMessage(message);
parentPort.on('message', (data) => self.onmessage({ data }));
`;

export type Answer = Extract<Reply, { kind: 'answer' }>;

export interface PagePlanner {
  /** @param early told what comes before the answer */
  readonly ask: (state: State, early?: () => void) => Promise<Answer>;
  readonly end: () => Promise<number>;
}

/** The planner that the page runs: the built programs, in a worker. */
export async function pagePlanner(): Promise<PagePlanner> {
  const programs = [PRELUDE, await bundle('solver.ts'), await bundle('worker.ts')];
  const worker = new Worker(programs.join('\n'), { eval: true });
  const post = async (question: Question, early: () => void = () => undefined): Promise<Reply> => {
    worker.postMessage(question);
    for (;;) {
      const [reply] = (await once(worker, 'message')) as [Reply];
      if (reply.kind !== 'draft') return reply;
      early();
    }
  };
  worker.unref();
  await post({ kind: 'open', catalogue: null, solver: new Blob([packedSolver()]) });
  return {
    ask: async (state, early) => {
      const reply = await post({ kind: 'plan', id: 1, state }, early);
      if (reply.kind !== 'answer') throw new Error('no answer');
      return reply;
    },
    end: () => worker.terminate(),
  };
}
