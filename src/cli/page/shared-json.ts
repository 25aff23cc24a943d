import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const TABLE = 'shared-json-table';
/** A part that is written more than once, and longer than the name that stands for it. */
const LONG = 8;

/**
 * esbuild plugin: data files become modules that share their repeated parts (25 vLLM releases name the same flags), which
 * makes them three times smaller. The values are those of the JSON, and as read-only.
 */
export function sharedJson(root: string): Plugin {
  return {
    name: 'shared-json',
    setup(build) {
      const names = namesOf(dataFiles(join(root, 'src')).map(parse));
      build.onResolve({ filter: new RegExp(`^${TABLE}$`) }, () => ({
        path: TABLE,
        namespace: TABLE,
        sideEffects: false,
      }));
      build.onLoad({ filter: /.*/, namespace: TABLE }, () => ({ contents: tableOf(names), loader: 'js' }));
      build.onLoad({ filter: /[\\/]src[\\/].*[\\/]data[\\/].*\.json$/ }, ({ path }) => {
        const used = new Set<string>();
        const value = expression(parse(path), names, used);
        const header = used.size > 0 ? `import { ${[...used].join(', ')} } from '${TABLE}';\n` : '';
        return { contents: `${header}export default ${value};`, loader: 'js' };
      });
    },
  };
}

const parse = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

const dataFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|[\\/])data[\\/].*\.json$/.test(name))
    .map((name) => join(folder, name));

const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Constants for text, keys, lists and sections that occur at least twice, by their JSON. */
function namesOf(documents: readonly unknown[]): Map<string, string> {
  const counts = new Map<string, number>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'string' && !isTree(value)) return;
    const json = JSON.stringify(value);
    const times = counts.get(json) ?? 0;
    counts.set(json, times + 1);
    // The parts of what is written once are written once.
    if (times > 0 || !isTree(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) visit(key);
      visit(inner);
    }
  };
  documents.forEach(visit);
  const repeated = [...counts].filter(([json, times]) => times > 1 && json.length > LONG);
  return new Map(repeated.map(([json], i) => [json, `$${i.toString(36)}`]));
}

/** The constants, parts before what they are part of. */
function tableOf(names: ReadonlyMap<string, string>): string {
  return [...names]
    .sort(([a], [b]) => a.length - b.length)
    .map(([json, name]) => {
      const value: unknown = JSON.parse(json);
      const text = isTree(value) ? treeExpression(value, names, new Set()) : json;
      return `export const ${name} = /* @__PURE__ */ ${text};`;
    })
    .join('\n');
}

/** A JavaScript expression of a JSON value; the constants it names are added to `used`. */
function expression(value: unknown, names: ReadonlyMap<string, string>, used: Set<string>): string {
  const json = JSON.stringify(value);
  const name = typeof value === 'string' || isTree(value) ? names.get(json) : undefined;
  if (name !== undefined) {
    used.add(name);
    return name;
  }
  return isTree(value) ? treeExpression(value, names, used) : json;
}

function treeExpression(tree: object, names: ReadonlyMap<string, string>, used: Set<string>): string {
  if (Array.isArray(tree)) return `[${tree.map((item) => expression(item, names, used)).join(',')}]`;
  const fields = Object.entries(tree).map(([key, inner]) => {
    const left = expression(key, names, used);
    // A plain "__proto__" key would set the prototype.
    const plain = left.startsWith('"') && key !== '__proto__';
    return `${plain ? left : `[${left}]`}:${expression(inner, names, used)}`;
  });
  return `{${fields.join(',')}}`;
}
