import { UserError } from '../errors';
import { explainNothing } from './explain';
import type { Search } from './search';

/** No single fleet meets the requirements; the message names the nearest miss and what would help. */
export class NoFleetError extends UserError {
  /** What was searched, for who wants to try several fleets. */
  readonly search: Search;

  constructor(search: Search) {
    super(explainNothing(search), 1);
    this.search = search;
  }
}
