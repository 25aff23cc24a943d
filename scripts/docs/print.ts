import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/cli/program';
import { bufferStreams } from '../../src/cli/streams';

/** What a command prints at 100 columns without colours, run in an empty folder. Throws when it fails. */
export async function outputOf(words: readonly string[]): Promise<string> {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  const { streams, printed } = bufferStreams(100);
  try {
    process.chdir(folder);
    const code = await run(['node', 'qwen-selfhost', ...words], streams);
    if (code !== 0) throw new Error(`qwen-selfhost ${words.join(' ')} exited ${code}: ${printed.err}`);
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  }
  return printed.out;
}
