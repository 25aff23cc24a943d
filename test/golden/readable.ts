import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { onMachine } from '../../stacks/serving-cluster/user-data';
import { template } from '../../stacks/templates';
import { type MachineFile, machineFiles } from '../stacks/template';

type Document = Record<string, unknown>;

const USER_DATA = 'serving_machine_user-data';
const TEMPLATES = new Map(
  readdirSync(join(__dirname, '..', '..', 'templates')).flatMap((name) => [
    [template(name), name],
    [onMachine(name), name],
  ]),
);

/** Without CDKTF's own remarks; text that holds a JSON document as that document. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'string') return /^[{[]/.test(value) ? document(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== '//');
  return Object.fromEntries(kept.map(([key, inner]) => [key, plain(inner)]));
}

function document(text: string): unknown {
  try {
    return plain(JSON.parse(text));
  } catch {
    return text;
  }
}

/** A file on the machine: what it says, or which template it is, less comments. */
function shown({ content, permissions }: MachineFile): unknown {
  const name = TEMPLATES.get(content);
  return { permissions, ...(name === undefined ? { content: document(content) } : { as: `templates/${name}` }) };
}

/**
 * A synthesised `cdk.tf.json` for reading and for diffs: the same content, the user data unpacked into the files it writes
 * and the commands it runs. Changes of a machine's programs show in templates/, not once more in every stack.
 */
export function readable(text: string): Document {
  const { locals, ...stack } = plain(JSON.parse(text)) as Document;
  const unpacked = (locals as Record<string, string>)[USER_DATA]!.replaceAll('$${', '${').replaceAll('%%{', '%{');
  const { write_files: _files, ...boot } = JSON.parse(unpacked.replace('#cloud-config\n', ''));
  const files = machineFiles(unpacked).map((file): [string, unknown] => [file.path, shown(file)]);
  return { ...stack, machine: { files: Object.fromEntries(files), ...boot } };
}

const isSection = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is new or other in the second document; what it lacks is named so. */
export function difference(base: Document, other: Document): Document {
  const found: Document = {};
  for (const key of new Set([...Object.keys(base), ...Object.keys(other)])) {
    const [before, now] = [base[key], other[key]];
    if (isDeepStrictEqual(before, now)) continue;
    if (isSection(before) && isSection(now)) found[key] = difference(before, now);
    else found[key] = key in other ? now : '(absent)';
  }
  return found;
}
