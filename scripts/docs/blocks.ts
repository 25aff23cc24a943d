/** Examples in the documentation: what is shown must be what the program prints. */

export interface OutputBlock {
  /** Words after `qwen-selfhost`. */
  readonly words: readonly string[];
  readonly shown: string;
}

const OUTPUT = /<!-- run: qwen-selfhost ([^\n]*?) -->\n```text\n([\s\S]*?)```/g;
const SHELL = /```sh\n([\s\S]*?)```/g;
/** Needs an endpoint: `test/bench/loop.test.ts` plays one. */
const WALK = /```sh walk\n([\s\S]*?)```/g;
const YAML = /```yaml\n([\s\S]*?)```/g;
/** A line that is a command of this program, indented or in a fenced block. */
const COMMAND = /^(?: {4})?(?:npx )?qwen-selfhost .*$/gm;

/** Blocks that show a command's output. */
export function outputBlocks(markdown: string): OutputBlock[] {
  return [...markdown.matchAll(OUTPUT)].map(([, words = '', shown = '']) => ({
    words: words.split(' '),
    shown,
  }));
}

/** The document with every shown output replaced by what the command prints now. */
export async function refreshed(
  markdown: string,
  print: (words: readonly string[]) => Promise<string>,
): Promise<string> {
  const printed: string[] = [];
  for (const { words } of outputBlocks(markdown)) printed.push(await print(words));
  return markdown.replace(
    OUTPUT,
    (_, words: string) => `<!-- run: qwen-selfhost ${words} -->\n\`\`\`text\n${printed.shift()}\`\`\``,
  );
}

/** Command lines of `sh` blocks, comments left out. */
export const shellLines = (markdown: string): string[] => linesOf(markdown, SHELL);

/** Command lines of `sh walk` blocks: steps that belong together, from one end of a page to the other. */
export const walkLines = (markdown: string): string[] => linesOf(markdown, WALK);

const linesOf = (markdown: string, blocks: RegExp): string[] =>
  [...markdown.matchAll(blocks)].flatMap(([, body = '']) =>
    body
      .replace(/ *\\\n */g, ' ')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#')),
  );

/** Commands of this program that are shown without being in a block that a test runs. */
export const untestedLines = (markdown: string): string[] =>
  [SHELL, WALK, OUTPUT].reduce((rest, blocks) => rest.replace(blocks, ''), markdown).match(COMMAND) ?? [];

/** Requirements documents shown as examples. */
export function requirementBlocks(markdown: string): string[] {
  return [...markdown.matchAll(YAML)].map(([, body = '']) => body);
}
