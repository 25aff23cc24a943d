import { parseTrace, type Trace } from '../simulation/trace';
import { readTraffic } from './read-text';

/** Reads a trace of requests. @throws UserError naming what is wrong, and where */
export const readTrace = (path: string): Trace => parseTrace(readTraffic(path), path);
