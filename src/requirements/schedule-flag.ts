import { quote, UserError } from '../errors';

const ENTRY = /^([^=]+)=([^;]+);(\d+)-(\d+)(?:;(.+))?$/;

/**
 * `night=0 22 * * *;0-0;Europe/Berlin`: an entry of `deployment.schedule`, whose parts are checked where documents are.
 * @throws UserError for text of another form
 */
export function scheduleOf(text: string, label: string) {
  const [, name, cron, min, max, timeZone] = ENTRY.exec(text) ?? [];
  if (name === undefined)
    throw new UserError(
      `${label}: ${quote(text)} is not NAME=CRON;MIN-MAX[;TIME ZONE], such as 'night=0 22 * * *;0-0;Europe/Berlin'`,
    );
  return {
    name,
    cron,
    minInstances: Number(min),
    maxInstances: Number(max),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}
