import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { variants } from '../../test/policy/variants';
import { Template } from '../../test/stacks/template';
import { kindsIn, neededActions, type Recording, type Unrecorded } from './policy';

const ROOT = join(__dirname, '..', '..');
const json = <T>(path: string): T => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as T;

export const recording = (): Recording => json('test/data/terraform-calls.json');
export const unrecorded = (): Unrecorded => json('scripts/deploy-calls/unrecorded.json');

/** Kinds in every golden stack and every variant of a deployment. */
export function stackKinds(): string[] {
  const golden = join(ROOT, 'test', 'golden', 'stacks');
  const texts = [
    ...readdirSync(golden).map((file) => readFileSync(join(golden, file), 'utf8')),
    ...variants().map(([, plan]) => new Template(plan).text),
  ];
  return [...new Set(texts.flatMap(kindsIn))].sort();
}

/** Actions that `terraform apply` of any stack needs, by the recording. */
export const needed = (): string[] => neededActions(stackKinds(), recording(), unrecorded());
