import { quote, UserError } from '../errors';
import type { Adapter } from './adapter-schema';

const ENTRY = /^([^=]+)=([^@:]+)@([^@:]+):(\d+)$/;

/**
 * `support=acme/support-lora@<commit>:16`: an entry of `adapters`, whose parts are checked where documents are.
 * @throws UserError for text of another form
 */
export function adapterOf(text: string, label: string): Adapter {
  const [, name, repository, revision, rank] = ENTRY.exec(text) ?? [];
  if (name === undefined || repository === undefined || revision === undefined)
    throw new UserError(
      `${label}: ${quote(text)} is not NAME=REPOSITORY@COMMIT:RANK, such as support=acme/support-lora@0123456789abcdef0123456789abcdef01234567:16`,
    );
  return { name, repository, revision, rank: Number(rank) };
}
