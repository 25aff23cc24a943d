import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { oldPriceWarning } from '../aws/catalogue/age';
import { mergeCatalogue } from '../aws/catalogue/merge';
import { EMPTY_OVERLAY, type Overlay, parseOverlay } from '../aws/catalogue/overlay';
import { quote, UserError } from '../errors';
import { type Catalogue, EMBEDDED_CATALOGUE } from '../hardware/offerings';
import type { Plan } from '../plan/schema';
import { readText } from './read-text';

/** Names another overlay file, or `none` to plan with the embedded snapshot alone. */
const OVERLAY_VARIABLE = 'QWEN_SELFHOST_CATALOGUE';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where `catalog refresh` writes and planning reads (XDG base directories); null when planning shall use no overlay. */
export function overlayPath(environment: Environment = process.env): string | null {
  const named = environment[OVERLAY_VARIABLE];
  if (named === 'none') return null;
  if (named) return named;
  const data = environment.XDG_DATA_HOME;
  // A relative XDG_DATA_HOME is to be ignored (XDG Base Directory Specification).
  const folder = data?.startsWith('/') ? data : join(homedir(), '.local', 'share');
  return join(folder, 'qwen-selfhost', 'catalogue.json');
}

export interface LoadedOverlay {
  readonly overlay: Overlay;
  /** Why an overlay that is there is not used. */
  readonly warning: string | null;
}

/** The overlay of a file; a missing one is empty, a damaged one is empty with a warning: planning goes on. */
export function loadOverlay(path: string | null): LoadedOverlay {
  if (path === null || !existsSync(path)) return { overlay: EMPTY_OVERLAY, warning: null };
  const unused = (reason: string): LoadedOverlay => ({
    overlay: EMPTY_OVERLAY,
    warning: `the catalogue overlay ${quote(path)} is not used: ${reason}; write it again with 'qwen-selfhost catalog refresh'`,
  });
  try {
    const parsed = parseOverlay(readText(path));
    return typeof parsed === 'string' ? unused(parsed) : { overlay: parsed, warning: null };
  } catch (cause) {
    if (cause instanceof UserError) return unused(cause.message);
    throw cause;
  }
}

/** The overlay of this environment. A default that is not there is usual; a file that was named and is not there is told. */
export function currentOverlay(environment: Environment = process.env): LoadedOverlay {
  const path = overlayPath(environment);
  if (path === null || !environment[OVERLAY_VARIABLE] || existsSync(path)) return loadOverlay(path);
  return {
    overlay: EMPTY_OVERLAY,
    warning: `${OVERLAY_VARIABLE} names ${quote(path)}, which is not there: the snapshot of this program is used; write it with 'qwen-selfhost catalog refresh'`,
  };
}

export interface PlanningCatalogue {
  readonly catalogue: Catalogue;
  /** Why the user's overlay is not used; null when there is none or it is. */
  readonly warning: string | null;
  /** What to tell the user about the data of a plan, one line each. */
  readonly warnings: (plan: Plan) => string[];
}

/** The catalogue that planning uses: the embedded snapshot with the user's overlay on top, where there is one. */
export function planningCatalogue(today: Date = new Date()): PlanningCatalogue {
  const { overlay, warning } = currentOverlay();
  return {
    catalogue: mergeCatalogue(EMBEDDED_CATALOGUE, overlay),
    warning,
    warnings: ({ choice: { instanceType, region, market }, cost }) => {
      const price = { instanceType, region, market, source: cost.instance.source };
      const old = oldPriceWarning(price, EMBEDDED_CATALOGUE.asOf, today);
      return [warning, old].filter((line) => line !== null);
    },
  };
}
