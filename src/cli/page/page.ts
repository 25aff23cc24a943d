import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors';
import type { Catalogue } from '../../hardware/offerings';
import { packageRoot } from '../package-root';

/** Where `npm run build:page` writes the page, from the package's folder. */
export const PAGE_PATH = join('dist', 'page', 'index.html');

/**
 * The planner page: in a clone made from the sources, which are newer than any build; in an installed package what was
 * built with it.
 */
export async function readPage(): Promise<string> {
  const root = packageRoot();
  if (existsSync(join(root, 'src', 'page', 'main.ts'))) {
    const { buildPage } = require('./build') as typeof import('./build');
    return (await buildPage()).html;
  }
  const path = join(root, PAGE_PATH);
  if (!existsSync(path)) throw new UserError(`this package was built without the planner page (${path})`, 3);
  return readFileSync(path, 'utf8');
}

const PLACE = '<script type="text/plain" id="planner">';

/** The page with the prices it shall plan with; data beside its program, not part of it. */
export function withCatalogue(html: string, catalogue: Catalogue): string {
  if (!html.includes(PLACE)) throw new Error('the page has no planner');
  const data = JSON.stringify(catalogue).replaceAll('<', '\\u003c');
  return html.replace(
    PLACE,
    () => `<script type="application/json" id="catalogue">${data}</script>\n${PLACE}`,
  );
}
