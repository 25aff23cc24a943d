/** Entry of the Web Worker: the planner core, off the thread that draws. */
import './no-eval';
import { loadSolver } from './load-solver';
import { planner, type Question } from './planner';

const answer = planner(
  () => performance.now(),
  loadSolver,
  (draft) => self.postMessage(draft),
);
self.onmessage = async ({ data }: MessageEvent<Question>) => self.postMessage(await answer(data));
