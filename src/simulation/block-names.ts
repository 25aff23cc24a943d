import type { KvGeometry } from './kv-cache';
import type { RequestTable } from './request-table';

/** Blocks of 528 tokens and a million tokens of context: fewer than this per sequence. */
const INDEX_SPAN = 4096;

/** What blocks of the prefix cache are called: by their content, so that sequences with the same prefix share them. */
export class BlockNames {
  constructor(
    private readonly geometry: Pick<KvGeometry, 'blockTokens' | 'stateGroups'>,
    private readonly requests: RequestTable,
  ) {}

  /** Of block `index` of a sequence in a group (0: attention): by its prefix while shared, else by the request. */
  of(request: number, index: number, group: number): number {
    const content = this.isShared(request, index)
      ? this.requests.prefixId[request]!
      : this.requests.count + request;
    return 1 + (content * INDEX_SPAN + index) * (this.geometry.stateGroups + 1) + group;
  }

  /** Whether the block lies within what the request has in common with others. */
  isShared(request: number, index: number): boolean {
    const { prefixId, sharedTokens } = this.requests;
    return prefixId[request]! >= 0 && (index + 1) * this.geometry.blockTokens <= sharedTokens[request]!;
  }
}
