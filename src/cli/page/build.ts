import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { packageRoot } from '../package-root';
import { sharedJson } from './shared-json';

/** zod carries its messages in fifty languages; the page speaks English, and says its own. */
const oneLanguage: Plugin = {
  name: 'one-language',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.(c?js|mjs)$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

/** One classic script, minified: `file://` refuses modules. esbuild is loaded on first use and is a development dependency. */
export async function bundle(entry: string): Promise<string> {
  const { build } = require('esbuild') as typeof import('esbuild');
  const root = packageRoot();
  const result = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'src', 'page', entry)],
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['es2022'],
    // tsconfig.json is for Node; decorators and the like are not used.
    tsconfigRaw: {},
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
    plugins: [sharedJson(root), oneLanguage],
  });
  return result.outputFiles[0]!.text.trimEnd();
}

export interface BuiltPage {
  readonly html: string;
  /** Bytes of all script, before compression. */
  readonly scriptBytes: number;
}

/**
 * The planner page: one HTML file with its scripts and styles inside, which works from any web server and from disk.
 * The policy in it names the hash of each, so that nothing else can ever run, and forbids every connection.
 */
export async function buildPage(): Promise<BuiltPage> {
  const [page, worker] = await Promise.all([bundle('main.ts'), bundle('worker.ts')]);
  // The page shows what the report shows, and looks like it.
  const style = readPart('report/client/style.css') + readPart('page/page.css');
  const template = readPart('page/page.html');
  const parts: Record<string, string> = {
    policy: policyOf(page, style),
    style,
    worker: inElement(worker),
    page: inElement(page),
  };
  const html = template.replace(/<!--\{(\w+)\}-->|\{\{(\w+)\}\}/g, (_, block?: string, text?: string) => {
    const part = parts[block ?? text ?? ''];
    if (part === undefined) throw new Error(`page.html names an unknown part: ${block ?? text}`);
    return part;
  });
  return { html, scriptBytes: Buffer.byteLength(page) + Buffer.byteLength(worker) };
}

const readPart = (name: string): string => readFileSync(join(packageRoot(), 'src', name), 'utf8');

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The charts position their canvases and tooltips with style attributes, hence the last but one line. */
const policyOf = (page: string, style: string): string =>
  [
    "default-src 'none'",
    `script-src ${hashOf(inElement(page))}`,
    'worker-src blob:',
    'img-src data: blob:',
    `style-src-elem ${hashOf(style)}`,
    "style-src-attr 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/** Script as the text of a script element: what would end or nest the element is written otherwise. */
const inElement = (script: string): string => script.replace(/<(?=!--|\/script|script)/gi, '\\x3C');
