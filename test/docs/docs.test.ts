import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputBlocks, requirementBlocks, shellLines } from '../../scripts/docs/blocks';
import { outputOf } from '../../scripts/docs/print';
import { run } from '../../src/cli/program';
import { bufferStreams } from '../../src/cli/streams';
import { planOf } from '../golden/cases';

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
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  const home = process.cwd();
  cpSync(join(ROOT, 'selfhost.yaml'), join(folder, 'selfhost.yaml'));
  process.chdir(folder);
  try {
    for (const [name, line] of lines) {
      if (ELSEWHERE.test(line)) continue;
      expect(`${name}: ${line}`).toMatch(/: npx qwen-selfhost /);
      const { streams, printed } = bufferStreams(80);
      const words = line.replace(/^npx /, 'node ').split(' ');
      const code = await run(words, streams);
      // Prices of the snapshot grow old, and planning says so.
      expect([line, code, printed.err.replace(/^warning: the \S+ price .*\n/gm, '')]).toEqual([line, 0, '']);
    }
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  }
}, 120_000);

test.each(DOCUMENTS.flatMap((name) => requirementBlocks(text(name)).map((yaml) => [name, yaml])))(
  'the requirements shown in %s are planned',
  (_, yaml) => {
    expect(planOf(yaml).choice.instances).toBeGreaterThan(0);
  },
);

test('links between the documents lead somewhere', () => {
  for (const name of DOCUMENTS) {
    for (const [, target = ''] of text(name).matchAll(/(?:\]\(|<img src=")(?!https?:|#)([^)#"]+)/g)) {
      expect([name, target, existsSync(join(ROOT, name, '..', target))]).toEqual([name, target, true]);
    }
  }
});
