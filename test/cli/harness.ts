import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/cli/program';
import { bufferStreams } from '../../src/cli/streams';

export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line as a user does, on a terminal of 80 columns. */
export async function cli(...words: string[]): Promise<Printed> {
  const { streams, printed } = bufferStreams(80);
  const code = await run(['node', 'qwen-selfhost', ...words], streams);
  return { code, ...printed };
}

/** A request small enough to plan in a moment. */
export const SMALL = ['--model', 'Qwen3.5-9B', '--allow-type', 'g6e', '--rate', '0.01'];

/** Each test of a file runs in an empty folder of its own. */
export function inEmptyFolder(): void {
  const home = process.cwd();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cli-'));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });
}
