import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import { buildPage } from '../../src/cli/page/build';
import { withCatalogue } from '../../src/cli/page/page';
import { sharedJson } from '../../src/cli/page/shared-json';
import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';

const ROOT = join(__dirname, '..', '..');
const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the built page', () => {
  const built = buildPage();
  const scriptsOf = (html: string): string[] =>
    [...html.matchAll(/<script(?:\s[^>]*)?>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);

  test('is small enough', async () => {
    const { scriptBytes } = await built;
    expect(scriptBytes).toBeLessThan(1.5e6);
    expect(scriptBytes).toBeGreaterThan(5e5);
  });

  test('runs only the script and style it names, and connects to nothing', async () => {
    const { html } = await built;
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    const [worker, page] = scriptsOf(html);
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toMatch(/unsafe-eval|\*|https?:|connect-src|script-src[^;]*unsafe/);
    expect(policy).toContain(`script-src ${sha256(page!)}`);
    expect(policy).toContain(sha256(style));
    for (const script of [worker!, page!]) {
      expect(() => new Script(script)).not.toThrow();
      expect(script).not.toMatch(/<!--|<script|\bnew Function\b.*\bimport\(/i);
    }
  });

  test('holds no address outside itself that it could load', async () => {
    const { html } = await built;
    const outside = html.replace(/<script[\s\S]*?<\/script>|<style>[\s\S]*?<\/style>/g, '');
    expect(outside).not.toMatch(/\b(src|href)="(?!#|data:,)/);
  });

  test('takes the prices of who serves it as data, whatever is in them', async () => {
    const { html } = await built;
    const catalogue = { ...EMBEDDED_CATALOGUE, asOf: '</script><script>alert(1)</script><!--$&' };
    const served = withCatalogue(html, catalogue);
    expect(scriptsOf(served)).toHaveLength(3);
    expect(JSON.parse(scriptsOf(served)[0]!)).toEqual(JSON.parse(JSON.stringify(catalogue)));
    expect(scriptsOf(served).slice(1)).toEqual(scriptsOf(html));
  });
});

test('shared data has the values of the data files, in their order', async () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /[\\/]data[\\/].*\.json$/.test(name))
    .map((name) => join(ROOT, 'src', name));
  expect(files.length).toBeGreaterThan(30);
  const { outputFiles } = await build({
    stdin: {
      contents: `export default [${files.map((file) => `require(${JSON.stringify(file)}).default`).join(', ')}]`,
      resolveDir: ROOT,
    },
    bundle: true,
    format: 'cjs',
    write: false,
    plugins: [sharedJson(ROOT)],
  });
  const module = { exports: {} as { default?: unknown[] } };
  new Script(`(function (module, exports) {${outputFiles[0]!.text}\n})`).runInThisContext()(
    module,
    module.exports,
  );
  files.forEach((file, i) => {
    const plain = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    expect(JSON.stringify(module.exports.default?.[i])).toBe(JSON.stringify(plain));
  });
});
