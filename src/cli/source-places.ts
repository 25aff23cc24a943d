import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';

/** The program that `bin/load.js` bundles keeps its map beside it; its own first line says what it was made from. */
const PLACE = /([^\s(]+\.cjs):(\d+):(\d+)/g;
const LINES_BEFORE = 1;

/** A stack trace with its places in the sources, read from the map only now that they are needed. */
export function inSources(stack: string): string {
  const maps = new Map<string, SourceMap>();
  return stack.replaceAll(PLACE, (place, file: string, line: string, column: string) => {
    try {
      const map = maps.get(file) ?? new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
      maps.set(file, map);
      const entry = map.findEntry(Number(line) - 1 - LINES_BEFORE, Number(column) - 1);
      if (!('originalSource' in entry)) return place;
      const source = relative(process.cwd(), resolve(dirname(file), entry.originalSource));
      return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    } catch {
      // A package from npm has no map, and needs none: its files are as they were written.
      return place;
    }
  });
}
