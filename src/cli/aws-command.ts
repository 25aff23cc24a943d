import { setMaxListeners } from 'node:events';
import { scrub } from '../aws/failure';
import { Session } from '../aws/session';
import { DEFAULT_SETTINGS } from '../aws/settings';
import { quote, UserError } from '../errors';
import type { Streams } from './streams';

const REGION_PATTERN = /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/;

/** Partitions with accounts, endpoints and prices of their own (in China in CNY, in GovCloud told to no account there). */
const OTHER_PARTITIONS = /^(cn|us-gov|us-iso[a-z]*|eu-isoe|eusc)-/;

/**
 * @param from what named the region, for the message
 * @throws UserError for a region whose name cannot be one, or that this program cannot price
 */
export function checkRegion(region: string, from = '--region'): string {
  if (!REGION_PATTERN.test(region))
    throw new UserError(`${from}: ${quote(region)} is not a region; give a name such as us-east-1`);
  if (OTHER_PARTITIONS.test(region))
    throw new UserError(
      `${from}: ${region} is in a partition of AWS whose prices cannot be read in USD; give a region of the commercial partition, such as us-east-1`,
    );
  return region;
}

/** The region of the environment, else of the profile, else us-east-1: as the AWS command line finds it. */
export async function usualRegion(profile: string | undefined): Promise<string> {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
    const region = process.env[name];
    if (region) return checkRegion(region, name);
  }
  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  const { configFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const name = profile || process.env.AWS_PROFILE || 'default';
  return checkRegion(configFile[name]?.region ?? 'us-east-1', `the region of profile ${name}`);
}

/** What a shell reports for a program that a signal ended: 128 and its number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Stop = keyof typeof EXIT_CODES;

/**
 * Runs a command that talks to AWS: with progress on a terminal, and stopped cleanly by Ctrl-C (a second Ctrl-C ends the
 * program at once). Work that writes does so without waiting after its last call, so that it is written or not, never half.
 * @throws UserError (exit code 130, or 143 for SIGTERM) when it was stopped
 */
export async function withAws<T>(
  streams: Streams,
  profile: string | undefined,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  // Every request in flight listens to it.
  setMaxListeners(0, stop.signal);
  let stoppedBy: Stop = 'SIGINT';
  const interrupted = (signal: Stop): void => {
    stoppedBy = signal;
    stop.abort();
  };
  for (const signal of Object.keys(EXIT_CODES) as Stop[]) process.once(signal, interrupted);
  const session = new Session({
    ...DEFAULT_SETTINGS,
    profile: profile ?? null,
    endpointOverridden: Object.keys(process.env).some((name) => name.startsWith('AWS_ENDPOINT_URL')),
    signal: stop.signal,
  });
  const terminal = Boolean(process.stderr.isTTY);
  if (terminal) session.watch((calls) => streams.err(`\r${calls} calls to AWS …`));
  try {
    return await work(session);
  } catch (cause) {
    if (stop.signal.aborted) {
      const by = stoppedBy === 'SIGINT' ? 'Ctrl-C' : stoppedBy;
      throw new UserError(`stopped by ${by}; nothing was written`, EXIT_CODES[stoppedBy], { cause });
    }
    if (cause instanceof UserError) throw cause;
    if ((cause as Error).name === 'AwsFailure')
      throw new UserError(scrub((cause as Error).message), 3, { cause });
    throw cause;
  } finally {
    for (const signal of Object.keys(EXIT_CODES) as Stop[]) process.removeListener(signal, interrupted);
    session.close();
    if (terminal && session.calls > 0) streams.err('\r\x1b[K');
  }
}
