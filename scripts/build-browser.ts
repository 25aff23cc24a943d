/** Part of `npm run build`: writes what the browser gets to `dist/client`, for packages installed without the sources. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLES, bundle } from '../src/cli/bundle';

const root = join(__dirname, '..');
const folder = join(root, 'dist', 'client');
mkdirSync(folder, { recursive: true });
for (const [name, entry] of Object.entries(BUNDLES)) {
  const text = bundle(join(root, 'src', entry));
  writeFileSync(join(folder, name), text);
  console.log(`dist/client/${name}: ${(text.length / 1000).toFixed(0)} kB`);
}
