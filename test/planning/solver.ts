import loadHighs from 'highs';
import type { MixSolver } from '../../src/planning/mix/solver';

let loaded: Promise<MixSolver> | undefined;

/** HiGHS, loaded once a test file. */
export function solver(): Promise<MixSolver> {
  loaded ??= loadHighs();
  return loaded;
}
