import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenStacks } from '../../test/golden/stacks';
import { deployPolicy, kindsIn, neededActions, type Recording, type Unrecorded } from './policy';

const ROOT = join(__dirname, '..', '..');
const json = <T>(path: string): T => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as T;

export const recording = (): Recording => json('test/data/terraform-calls.json');
export const unrecorded = (): Unrecorded => json('scripts/deploy-calls/unrecorded.json');

let kinds: string[] | undefined;

/** Kinds in every golden stack; worked out once, as it means synthesising them all. */
export function stackKinds(): string[] {
  kinds ??= [...new Set(goldenStacks().flatMap(({ text }) => kindsIn(text)))].sort();
  return kinds;
}

/** Actions that `terraform apply` of any stack needs, by the recording. */
export const needed = (): string[] => neededActions(stackKinds(), recording(), unrecorded());

/** docs/iam/deploy.json as it must be. */
export const deployDocument = (): string =>
  `${JSON.stringify(deployPolicy(needed(), unrecorded()), null, 2)}\n`;
