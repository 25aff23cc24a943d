import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sharedDir = process.argv[2] ?? join(__dirname, '..', '..', '..', 'shared', 'data');
const root = join(__dirname, '..', '..');

export type Json = Record<string, unknown>;

/** A file of the shared data, as text. */
export const read = (name: string): string => readFileSync(join(sharedDir, name), 'utf8');

/** Writes a document of this project. */
export const write = (path: string, value: unknown, indent = 1): void => {
  writeFileSync(join(root, path), `${JSON.stringify(value, null, indent)}\n`);
  console.log(`wrote ${path}`);
};

/** Writes a document whose long list has one row a line, so that a change of one price is a one-line diff. */
export function writeRows(path: string, listKey: string, value: Record<string, unknown>): void {
  const rows = (value[listKey] as unknown[]).map((row) => JSON.stringify(row)).join(',\n');
  const head = JSON.stringify({ ...value, [listKey]: [] }, null, 1).replace(
    `"${listKey}": []`,
    `"${listKey}": [\n${rows}\n ]`,
  );
  writeFileSync(join(root, path), `${head}\n`);
  console.log(`wrote ${path}`);
}

/** CSV without quoted fields, which is what the shared catalogues are. */
export function csv(name: string): Record<string, string>[] {
  const [header = '', ...lines] = read(name).trim().split('\n');
  if (header.includes('"')) throw new Error(`${name} has quoted fields: use a CSV library`);
  const keys = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [keys[i], value])));
}
export const number = (text: string | undefined): number | null =>
  text === undefined || text === '' ? null : Number(text);
