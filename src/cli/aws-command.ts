import { setMaxListeners } from 'node:events';
import { scrub } from '../aws/failure';
import { Session } from '../aws/session';
import { DEFAULT_SETTINGS } from '../aws/settings';
import { quote, UserError } from '../errors';
import type { Streams } from './streams';

const REGION_PATTERN = /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/;

/** @throws UserError for a region whose name cannot be one */
export function checkRegion(region: string): string {
  if (REGION_PATTERN.test(region)) return region;
  throw new UserError(`--region: ${quote(region)} is not a region; give a name such as us-east-1`);
}

/** The region of the environment, as the AWS command line understands it. */
export const environmentRegion = (): string =>
  checkRegion(process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || 'us-east-1');

/**
 * Runs a command that talks to AWS: with progress on a terminal, and stopped cleanly by Ctrl-C (what is written, is
 * written whole; a second Ctrl-C ends the program at once).
 * @throws UserError (exit code 3) when it was stopped
 */
export async function withAws<T>(
  streams: Streams,
  profile: string | undefined,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  // Every request in flight listens to it.
  setMaxListeners(0, stop.signal);
  const interrupted = (): void => stop.abort();
  process.once('SIGINT', interrupted);
  const session = new Session({
    ...DEFAULT_SETTINGS,
    profile: profile ?? null,
    endpointOverridden: Object.keys(process.env).some((name) => name.startsWith('AWS_ENDPOINT_URL')),
    signal: stop.signal,
  });
  const terminal = Boolean(process.stderr.isTTY);
  if (terminal) session.watch((calls) => streams.err(`\r${calls} calls to AWS …`));
  try {
    const result = await work(session);
    if (stop.signal.aborted) throw new UserError('stopped by Ctrl-C; nothing was written', 3);
    return result;
  } catch (cause) {
    if (stop.signal.aborted) throw new UserError('stopped by Ctrl-C; nothing was written', 3, { cause });
    if (cause instanceof UserError) throw cause;
    if ((cause as Error).name === 'AwsFailure')
      throw new UserError(scrub((cause as Error).message), 3, { cause });
    throw cause;
  } finally {
    process.removeListener('SIGINT', interrupted);
    session.close();
    if (terminal && session.calls > 0) streams.err('\r\x1b[K');
  }
}
