import { quote, UserError } from '../errors';

/** The key in an environment variable; undefined when none is named. @throws UserError when it is unset or empty */
export function apiKeyFrom(
  name: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (name === undefined) return undefined;
  const key = environment[name]?.trim();
  if (key === undefined || key === '')
    throw new UserError(`--api-key-env: the environment variable ${quote(name)} is not set`);
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new UserError(`--api-key-env: the value of ${quote(name)} has characters that no header carries`);
  return key;
}

/** Takes a key out of text, also as it stands in JSON or in a URL. */
export function redactor(apiKey: string | undefined): (text: string) => string {
  if (apiKey === undefined) return (text) => text;
  const forms = new Set([apiKey, JSON.stringify(apiKey).slice(1, -1), encodeURIComponent(apiKey)]);
  return (text) => [...forms].reduce((left, form) => left.replaceAll(form, '***'), text);
}

/** Runs work that holds a key; whatever it throws, defects included, leaves without it. */
export async function keepingSecret<T>(apiKey: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const redact = redactor(apiKey);
    if (error instanceof UserError) throw new UserError(redact(error.message), error.exitCode);
    const defect = new Error(redact(error instanceof Error ? error.message : String(error)));
    defect.stack = redact((error instanceof Error && error.stack) || defect.message);
    throw defect;
  }
}
