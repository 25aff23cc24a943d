/** `npm run docs:update`: rewrites the outputs shown in the documentation, and the published JSON Schemas. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCHEMA_NAMES } from '../../src/cli/output/schemas';
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
  const schemas = join(root, 'docs', 'schema');
  rmSync(schemas, { recursive: true, force: true });
  mkdirSync(schemas);
  for (const name of SCHEMA_NAMES)
    writeFileSync(join(schemas, `${name}.schema.json`), await outputOf(['schema', '--of', name]));
}

void main();
