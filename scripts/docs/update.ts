/** `npm run docs:update`: rewrites the outputs shown in the documentation, and the published JSON Schemas. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refreshed } from './blocks';
import { outputOf } from './print';

const root = join(__dirname, '..', '..');
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

async function main(): Promise<void> {
  for (const name of documents) {
    const path = join(root, name);
    writeFileSync(path, await refreshed(readFileSync(path, 'utf8'), outputOf));
  }
  writeFileSync(join(root, 'docs', 'schema', 'selfhost.schema.json'), await outputOf(['schema']));
  writeFileSync(join(root, 'docs', 'schema', 'plan.schema.json'), await outputOf(['schema', '--of', 'plan']));
}

void main();
