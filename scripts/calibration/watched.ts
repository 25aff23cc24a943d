import { progressLine } from '../../src/cli/progress';
import { standardStreams } from '../../src/cli/streams';
import { crossValidate, type Outcome, type Scheme } from './cross-validation';
import type { Row } from './rows';

/** Cross-validation that tells whoever watches which fold it fits: it takes half a minute. */
export function crossValidateWatched(rows: readonly Row[], scheme: Scheme): Outcome[] {
  const progress = progressLine(`fitting without one ${scheme}`, standardStreams());
  try {
    return crossValidate(rows, scheme, progress.tick);
  } finally {
    progress.end();
  }
}
