import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { variants } from '../policy/variants';
import { Template } from '../stacks/template';
import type { Stack } from './stack';

const GOLDEN = join(__dirname, '..', 'golden', 'stacks');
/** In front of a variant's name, so that it shares an account with the golden stack of the same name. */
const VARIANT = 'v-';

/** Every stack that a real Terraform runs: the golden ones as they are frozen, and one of each kind of deployment. */
export function cases(): [name: string, stack: Stack][] {
  const golden = readdirSync(GOLDEN).map((file): [string, Stack] => [
    file.replace('.tf.json', ''),
    JSON.parse(readFileSync(join(GOLDEN, file), 'utf8')),
  ]);
  const others = variants(VARIANT).map(([name, plan]): [string, Stack] => [
    name,
    JSON.parse(new Template(plan).text),
  ]);
  return [...golden, ...others];
}
