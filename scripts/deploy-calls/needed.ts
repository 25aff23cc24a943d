import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenStacks } from '../../test/golden/stacks';
import { kindsIn, neededActions, type Recording, type Unrecorded } from './policy';

const ROOT = join(__dirname, '..', '..');
const json = <T>(path: string): T => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as T;

export const recording = (): Recording => json('test/data/terraform-calls.json');
export const unrecorded = (): Unrecorded => json('scripts/deploy-calls/unrecorded.json');

/** Kinds in every golden stack. */
export const stackKinds = (): string[] =>
  [...new Set(goldenStacks().flatMap(({ text }) => kindsIn(text)))].sort();

/** Actions that `terraform apply` of any stack needs, by the recording. */
export const needed = (): string[] => neededActions(stackKinds(), recording(), unrecorded());
