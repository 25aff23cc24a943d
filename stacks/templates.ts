import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package's root: one level up when run from sources, two when run from `dist/stacks`. */
function packageRoot(): string {
  let directory = __dirname;
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`no package.json above ${__dirname}`);
    directory = parent;
  }
  return directory;
}

/** Text of a file under `templates/`, as it stands. */
export function template(name: string): string {
  return readFileSync(join(packageRoot(), 'templates', name), 'utf8');
}

/**
 * Text of a template with each `@NAME@` replaced. Values are whole numbers, lines built from them, or a checked name, never text that
 * a user gave: such text reaches a machine only inside its `config.json`.
 * @throws Error when a placeholder has no value or a value no placeholder
 */
export function fillTemplate(
  name: string,
  values: Readonly<Record<string, number | readonly string[]>>,
): string {
  const unused = new Set(Object.keys(values));
  const filled = template(name).replaceAll(/@([A-Z_]+)@/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`templates/${name}: no value for @${key}@`);
    unused.delete(key);
    if (typeof value === 'number' && !Number.isSafeInteger(value))
      throw new Error(`@${key}@: ${value} is not whole`);
    return typeof value === 'number' ? String(value) : value.join('\n');
  });
  if (unused.size > 0) throw new Error(`templates/${name} has no @${[...unused].join('@, @')}@`);
  return filled;
}
