import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from '../stacks/template';
import { variants } from './variants';

/** Writes every variant's configuration under the folder given, for scanners: `<folder>/<name>/main.tf.json`. */
const folder = process.argv[2]!;
for (const [name, plan] of variants()) {
  const document = JSON.parse(new Template(plan).text) as Record<string, unknown>;
  // Checkov 3.3 fails on `required_version`, a plain string where it expects a block.
  delete document.terraform;
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'main.tf.json'), JSON.stringify(document, null, 1));
}
