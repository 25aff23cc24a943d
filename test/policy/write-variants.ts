import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenStacks } from '../golden/stacks';

/** Writes every golden stack under the folder given, for scanners: `<folder>/<name>/main.tf.json`. */
const folder = process.argv[2]!;
for (const { name, text } of goldenStacks()) {
  const document = JSON.parse(text) as Record<string, unknown>;
  // Checkov 3.3 fails on `required_version`, a plain string where it expects a block.
  delete document.terraform;
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'main.tf.json'), JSON.stringify(document, null, 1));
}
