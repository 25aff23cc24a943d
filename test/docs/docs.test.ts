import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputBlocks, requirementBlocks, shellLines, untestedLines } from '../../scripts/docs/blocks';
import { outputOf } from '../../scripts/docs/print';
import { run } from '../../src/cli/program';
import { bufferStreams } from '../../src/cli/streams';

const ROOT = join(__dirname, '..', '..');
const DOCUMENTS = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const text = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

/** Commands of other programs, which .ci/run runs or which need more than Node. */
const ELSEWHERE = /^npm (ci|start|test|run)\b|^(QWEN_MODEL=\S+ )?npx cdktf synth$|^python3 /;

/** Runs in a new folder that holds the repository's selfhost.yaml. */
async function inFolder(work: () => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  const home = process.cwd();
  cpSync(join(ROOT, 'selfhost.yaml'), join(folder, 'selfhost.yaml'));
  process.chdir(folder);
  try {
    await work();
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  }
}

/** Exit code and error output of a line. Prices of the snapshot grow old, and planning says so: not an error. */
async function ran(line: string): Promise<[number, string]> {
  const { streams, printed } = bufferStreams(80);
  const code = await run(['node', ...line.split(' ')], streams);
  return [code, printed.err.replace(/^warning: the \S+ price .*\n/gm, '')];
}

const outputs = DOCUMENTS.flatMap((name) =>
  outputBlocks(text(name)).map((block) => [name, block.words.join(' '), block] as const),
);
const lines = DOCUMENTS.flatMap((name) => shellLines(text(name)).map((line) => [name, line] as const));

test.each(outputs)(
  '%s shows what qwen-selfhost %s prints (npm run docs:update)',
  async (_, __, { words, shown }) => {
    expect(await outputOf(words)).toBe(shown);
  },
);

test('the commands of the documentation run, in order', async () => {
  await inFolder(async () => {
    for (const [name, line] of lines) {
      if (ELSEWHERE.test(line)) continue;
      expect(`${name}: ${line}`).toMatch(/: npx qwen-selfhost /);
      expect([line, ...(await ran(line.replace(/^npx /, '')))]).toEqual([line, 0, '']);
    }
  });
}, 120_000);

test('every command of this program in the documentation is one that a test runs', () => {
  // test/aws/walk.test.ts runs all of docs/account.md; `serve` goes on until it is stopped (test/cli/serve.test.ts).
  const elsewhere = (name: string, line: string): boolean =>
    name === 'docs/account.md' || / serve$/.test(line);
  const untested = DOCUMENTS.flatMap((name) =>
    untestedLines(text(name))
      .filter((line) => !elsewhere(name, line))
      .map((line) => `${name}: ${line}`),
  );
  expect(untested).toEqual([]);
});

test.each(DOCUMENTS.flatMap((name) => requirementBlocks(text(name)).map((yaml) => [name, yaml])))(
  'the requirements shown in %s are planned',
  async (_, yaml) => {
    await inFolder(async () => {
      writeFileSync('selfhost.yaml', yaml);
      expect(await ran('qwen-selfhost plan selfhost.yaml --quiet')).toEqual([0, '']);
    });
  },
);

test('links between the documents lead somewhere, to the heading too', () => {
  const records = readdirSync(join(ROOT, 'docs', 'decisions')).map((name) => join('docs', 'decisions', name));
  for (const name of [...DOCUMENTS, ...records, 'CONTRIBUTING.md']) {
    for (const [, file = '', heading] of text(name).matchAll(
      /(?:\]\(|<img src=")(?!https?:)([^)#"]*)(?:#([^)"]+))?[)"]/g,
    )) {
      const target = file === '' ? name : join(name, '..', file);
      expect([name, target, existsSync(join(ROOT, target))]).toEqual([name, target, true]);
      if (heading !== undefined)
        expect([name, target, headings(text(target))]).toEqual([
          name,
          target,
          expect.arrayContaining([heading]),
        ]);
    }
  }
});

/** Anchors of a document's headings, as GitHub makes them. */
const headings = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
