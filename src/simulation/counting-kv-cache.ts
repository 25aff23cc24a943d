import { type KvCache, type KvGeometry, type PrefixHit, type Room, stateSets } from './kv-cache';

const NO_HIT: PrefixHit = { tokens: 0, junction: 0, pending: false };

/**
 * The pool without prefix caching: nothing is shared, only numbers of blocks matter, and a sequence keeps the same
 * GDN states from its first step to its last (cache mode "none").
 */
export class CountingKvCache implements KvCache {
  usedBlocks = 0;
  private readonly attentionBlocks: Int32Array;
  private readonly stateBlocks: number;

  constructor(
    private readonly geometry: KvGeometry,
    requests: number,
  ) {
    this.attentionBlocks = new Int32Array(requests);
    this.stateBlocks = geometry.stateGroups * stateSets(geometry);
  }

  beginStep(): void {}

  lookup(): PrefixHit {
    return NO_HIT;
  }

  admit(request: number, totalTokens: number, _wholeCheckpoint: boolean, room: Room): boolean {
    const whole = Math.ceil(totalTokens / this.geometry.blockTokens);
    const attention = this.attentionFor(room);
    if (Math.max(whole, attention) + this.stateBlocks > this.geometry.usableBlocks - this.usedBlocks)
      return false;
    this.attentionBlocks[request] = attention;
    this.usedBlocks += attention + this.stateBlocks;
    return true;
  }

  grow(request: number, room: Room): boolean {
    const missing = Math.max(this.attentionFor(room) - this.attentionBlocks[request]!, 0);
    if (missing > this.geometry.usableBlocks - this.usedBlocks) return false;
    this.attentionBlocks[request] = this.attentionBlocks[request]! + missing;
    this.usedBlocks += missing;
    return true;
  }

  growsAt(request: number): number {
    return this.attentionBlocks[request]! * this.geometry.blockTokens - 2 * this.geometry.mtpTokens;
  }

  release(request: number): void {
    this.usedBlocks -= this.attentionBlocks[request]! + this.stateBlocks;
  }

  preempt(request: number): void {
    this.release(request);
  }

  /** Drafts are written beyond the tokens that a step is scheduled for. */
  private attentionFor(room: Room): number {
    return Math.ceil((room.tokens + this.geometry.mtpTokens) / this.geometry.blockTokens);
  }
}
