import { AwsFailure } from './failure';

/** More than any region needs; a server that never ends its list is broken. */
const MOST_PAGES = 40;

/**
 * All items of a paginated list. A page may be empty and still have a next one.
 * @throws AwsFailure when the list repeats itself or never ends
 */
export async function allPages<P, I>(
  action: string,
  fetchPage: (token: string | undefined) => Promise<P>,
  nextToken: (page: P) => string | undefined,
  itemsOf: (page: P) => readonly I[] | undefined,
): Promise<I[]> {
  const items: I[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  for (let count = 0; count < MOST_PAGES; count++) {
    const page = await fetchPage(token);
    items.push(...(itemsOf(page) ?? []));
    token = nextToken(page) || undefined;
    if (token === undefined) return items;
    if (seen.has(token)) break;
    seen.add(token);
  }
  throw new AwsFailure('unreadable', action, `${action}: the list of pages does not end; try again`);
}
