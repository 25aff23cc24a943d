/** The prompt chunks of one step. */
export class StepPlan {
  readonly requests: number[] = [];
  readonly tokens: number[] = [];
  prefillTokens = 0;
  /** Query-key pairs: over chunks, tokens x (tokens before it + half of itself). */
  prefillPairs = 0;

  clear(): void {
    // Most steps only decode; and an array that is emptied needs new room.
    if (this.requests.length === 0) return;
    this.requests.length = 0;
    this.tokens.length = 0;
    this.prefillTokens = 0;
    this.prefillPairs = 0;
  }

  add(request: number, tokensBefore: number, tokens: number): void {
    this.requests.push(request);
    this.tokens.push(tokens);
    this.prefillTokens += tokens;
    this.prefillPairs += tokens * (tokensBefore + tokens / 2);
  }
}
