import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { browserOptions } from '../bundle';
import { packageRoot } from '../package-root';
import { sharedJson } from './shared-json';

/** One classic script: `file://` refuses modules. */
export async function bundle(entry: string): Promise<string> {
  const { build } = require('esbuild') as typeof import('esbuild');
  const root = packageRoot();
  const result = await build({
    ...browserOptions(join(root, 'src', 'page', entry)),
    // The solver asks for them where it runs in Node.
    external: ['node:*'],
    plugins: [sharedJson(root)],
  });
  return result.outputFiles[0]!.text.trimEnd();
}

export interface BuiltPage {
  readonly html: string;
  /** Bytes of the page's own script, before compression; the solver, which few plans load, is not counted. */
  readonly scriptBytes: number;
}

/**
 * The planner page: one HTML file with its scripts and styles inside, which works from any web server and from disk.
 * The policy in it names the hash of each, so that nothing else can ever run, and forbids every connection.
 */
export async function buildPage(): Promise<BuiltPage> {
  const [page, worker, solver] = await Promise.all([
    bundle('main.ts'),
    bundle('worker.ts'),
    bundle('solver.ts'),
  ]);
  // The page shows what the report shows, and looks like it.
  const style = readPart('report/client/style.css') + readPart('page/page.css');
  const template = readPart('page/page.html');
  const parts: Record<string, string> = {
    policy: policyOf(page, style),
    style,
    solver: packedSolver(),
    solverProgram: inElement(solver),
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

/** HiGHS' WebAssembly, a third of its size: gzip, in base64 because the page is text. */
export const packedSolver = (): string =>
  gzipSync(readFileSync(require.resolve('highs/runtime')), { level: 9 }).toString('base64');

const readPart = (name: string): string => readFileSync(join(packageRoot(), 'src', name), 'utf8');

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The charts position their canvases and tooltips with style attributes, hence the last but one line. */
const policyOf = (page: string, style: string): string =>
  [
    "default-src 'none'",
    // WebAssembly: the solver.
    `script-src ${hashOf(inElement(page))} 'wasm-unsafe-eval'`,
    'worker-src blob:',
    'img-src data: blob:',
    `style-src-elem ${hashOf(style)}`,
    "style-src-attr 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/** Script as the text of a script element: what would end or nest the element is written otherwise. */
const inElement = (script: string): string => script.replace(/<(?=!--|\/script|script)/gi, '\\x3C');
