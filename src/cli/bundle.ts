import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { packageRoot } from './package-root';

/** What the browser gets: entry files by the name of the bundle, relative to `src`. */
export const BUNDLES = {
  'report.js': 'report/client/main.ts',
  'report.css': 'report/client/style.css',
} as const;
export type BundleName = keyof typeof BUNDLES;

/**
 * A bundle for the browser: what `npm run build` left in `dist/client` in an installed package; in a clone made from the
 * sources, which are newer than any build.
 */
export function readBundle(name: BundleName): string {
  const root = packageRoot();
  const source = join(root, 'src', BUNDLES[name]);
  return existsSync(source) ? bundle(source) : readFileSync(join(root, 'dist', 'client', name), 'utf8');
}

/** How an entry file becomes one classic script or style sheet for the browser, minified, in memory. */
export const browserOptions = (entry: string): BuildOptions & { write: false } => ({
  // Not where the user stands.
  absWorkingDir: packageRoot(),
  entryPoints: [entry],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  write: false,
  logLevel: 'silent',
  // tsconfig.json is for Node; decorators and the like are not used.
  tsconfigRaw: {},
});

/** Bundles one entry file; esbuild is loaded on first use and is a development dependency. */
export function bundle(entry: string): string {
  const { buildSync } = require('esbuild') as typeof import('esbuild');
  return buildSync(browserOptions(entry)).outputFiles[0]!.text;
}
