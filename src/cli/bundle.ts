import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Bundles one entry file, minified; esbuild is loaded on first use and is a development dependency. */
export function bundle(entry: string): string {
  const { buildSync } = require('esbuild') as typeof import('esbuild');
  const { outputFiles } = buildSync({
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
    tsconfigRaw: {},
  });
  return outputFiles[0]!.text;
}
