import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/cli/program';

/** What a command prints at 100 columns without colours, run in an empty folder. Throws when it fails. */
export async function printed(words: readonly string[]): Promise<string> {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  let out = '';
  let err = '';
  try {
    process.chdir(folder);
    const streams = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), columns: 100, colour: false };
    const code = await run(['node', 'qwen-selfhost', ...words], streams);
    if (code !== 0) throw new Error(`qwen-selfhost ${words.join(' ')} exited ${code}: ${err}`);
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  }
  return out;
}
