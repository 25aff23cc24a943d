import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeText } from '../../src/cli/files';

const KILLS = 6;
const OVERLAY_BYTES = 3_000_000;

/** Writes two overlays in turn for ever, says so when it has begun. */
const WRITER = `
require('tsx/cjs');
const { writeText } = require(process.argv[1]);
const [, , path, bytes] = process.argv;
for (let turn = 0; ; turn++) {
  writeText(path, (turn % 2 ? 'a' : 'b').repeat(Number(bytes)));
  if (turn === 2) process.stdout.write('begun');
}`;

test('a program killed while it writes leaves the old file or the new one, never a part', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'killed-'));
  const path = join(folder, 'catalogue.json');
  writeText(path, 'a'.repeat(OVERLAY_BYTES));
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const child = spawn(process.execPath, [
        '-e',
        WRITER,
        join(process.cwd(), 'src/cli/files.ts'),
        path,
        String(OVERLAY_BYTES),
      ]);
      await new Promise((resolve) => child.stdout.once('data', resolve));
      // Somewhere within one write, which takes a few milliseconds.
      await new Promise((resolve) => setTimeout(resolve, 3 + kill * 1.7));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
      const text = readFileSync(path, 'utf8');
      expect(text.length).toBe(OVERLAY_BYTES);
      expect(new Set(text).size).toBe(1);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
