import type { WeightsSource } from '../../plan/weights-layout';
import { scrub } from '../failure';
import type { Session } from '../session';
import { type Finding, fail, warn } from './finding';

/** Where repositories are asked for; HF_ENDPOINT names a mirror, as for Hugging Face's own tools. */
export interface Hub {
  readonly url: string;
  readonly token: string | null;
  readonly timeoutSeconds: number;
}

/** What lies in a repository at a revision. */
export interface HubRepository {
  readonly sha?: string;
  readonly siblings?: readonly { readonly rfilename?: string; readonly size?: number }[];
}

/**
 * What a line of preflight learns from Hugging Face about a repository; where it cannot, the finding says why.
 * @param learn makes the finding of an answer
 */
async function asked(
  check: string,
  source: WeightsSource,
  path: string,
  session: Session,
  hub: Hub,
  learn: (answer: unknown) => Finding,
): Promise<Finding> {
  const { repository, revision } = source;
  const unasked = (reason: string): Finding =>
    warn(
      check,
      `not checked: ${repository} could not be asked for (${scrub(reason)})`,
      'check that huggingface.co is reachable, or set HF_ENDPOINT to a mirror',
    );
  // The error of such a header would repeat it.
  if (hub.token !== null && !/^[\x21-\x7e]+$/.test(hub.token))
    return warn(
      check,
      'not checked: HF_TOKEN has characters that no header carries',
      'set HF_TOKEN to the token alone',
    );
  const { signal } = session.settings;
  const limit = AbortSignal.timeout(hub.timeoutSeconds * 1000);
  try {
    const response = await fetch(`${hub.url}/${path}`, {
      headers: hub.token === null ? {} : { authorization: `Bearer ${hub.token}` },
      signal: signal === null ? limit : AbortSignal.any([signal, limit]),
    });
    if ([401, 403, 404].includes(response.status)) {
      return fail(
        check,
        `${repository} at ${revision} is not to be read (HTTP ${response.status})`,
        'check the name; for gated weights accept the licence, set HF_TOKEN and deployment.huggingFaceToken',
      );
    }
    if (!response.ok) return unasked(`HTTP ${response.status}`);
    return learn(await response.json());
  } catch (thrown) {
    signal?.throwIfAborted();
    return unasked((thrown as Error).message);
  }
}

/** Asks what lies in a repository; an answer without files is none. */
export const askRepository = (
  check: string,
  source: WeightsSource,
  session: Session,
  hub: Hub,
  learn: (repository: HubRepository) => Finding,
): Promise<Finding> =>
  asked(
    check,
    source,
    `api/models/${source.repository}/revision/${encodeURIComponent(source.revision)}?blobs=true`,
    session,
    hub,
    (answer) => {
      const repository = answer as HubRepository;
      if (!repository.siblings?.length) throw new Error('the answer names no files');
      return learn(repository);
    },
  );

/** Asks for one JSON file of a repository. */
export const askFile = (
  check: string,
  source: WeightsSource,
  file: string,
  session: Session,
  hub: Hub,
  learn: (content: unknown) => Finding,
): Promise<Finding> =>
  asked(check, source, `${source.repository}/resolve/${source.revision}/${file}`, session, hub, learn);
