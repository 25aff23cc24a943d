/** Entry of the Web Worker: the planner core, off the thread that draws. */
import './no-eval';
import { planner, type Question } from './planner';

const answer = planner(() => performance.now());
self.onmessage = ({ data }: MessageEvent<Question>) => self.postMessage(answer(data));
