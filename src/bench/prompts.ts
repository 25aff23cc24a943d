import { RandomStream } from '../simulation/random';

/** Short, common words: most tokenisers have each as one token. */
const WORDS =
  'the of and to in is that it was for on are as with his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know get through back much before go good new write our used me man too any day same right look think also around another came come work three word must because does part even place well such here take why things help put years different away again off went old number great tell men say small every found still between name should home big give air line set own under read last never us left end along while might next sound below saw something thought both few those always show large often together asked house world going want school important until form food keep children feet land side without boy once animal life enough took four head above kind began almost live page got earth need far hand high year mother light country father let night picture being study second soon story since white ever paper hard near sentence better best across during today however sure knew try told young sun thing whole hear example heard several change answer room sea against top turned learn point city play toward five himself usually money seen car morning'.split(
    ' ',
  );

const POOL_WORDS = 1 << 16;
const UNIQUE_WORDS = 12;

/** How many tokens the endpoint sees in a prompt of so many words: measured by `probe`, not assumed. */
export interface TokenScale {
  readonly tokensPerWord: number;
  /** Of the chat template and other wrapping. */
  readonly wrappingTokens: number;
}

export const wordsFor = (tokens: number, scale: TokenScale): number =>
  Math.max(1, Math.round((tokens - scale.wrappingTokens) / scale.tokensPerWord));

/**
 * Prompts of a wanted length. All share the words of one text up to a share of their length; the rest begins with
 * words drawn for this prompt alone, so that no prefix cache finds more than the share: vLLM's block hashes chain.
 */
export class PromptBook {
  private readonly random: RandomStream;
  private readonly pool: string;
  /** Where each word of the pool begins; one more for the end. */
  private readonly starts: Int32Array;

  /** @param stream random stream of this book: others of the same seed stay as they were */
  constructor(seed: number, stream: number) {
    this.random = new RandomStream(seed, stream);
    const words = Array.from({ length: POOL_WORDS }, () => this.word());
    this.starts = new Int32Array(POOL_WORDS + 1);
    let at = 0;
    words.forEach((word, i) => {
      this.starts[i] = at;
      at += word.length + 1;
    });
    this.starts[POOL_WORDS] = at;
    this.pool = `${words.join(' ')} `;
  }

  /** @param sharedShare part of the prompt, from its beginning, that all prompts have in common */
  prompt(words: number, sharedShare: number): string {
    const shared = Math.round(words * sharedShare);
    const unique = Math.min(UNIQUE_WORDS, words - shared);
    let text = this.slice(0, shared);
    for (let i = 0; i < unique; i++) text += `${this.word()} `;
    return text + this.slice(Math.floor(this.random.uniform() * POOL_WORDS), words - shared - unique);
  }

  private word(): string {
    return WORDS[Math.floor(this.random.uniform() * WORDS.length)]!;
  }

  /** So many words of the pool, which goes round. */
  private slice(first: number, count: number): string {
    let text = '';
    let from = first;
    for (let left = count; left > 0; ) {
      const taken = Math.min(left, POOL_WORDS - from);
      text += this.pool.slice(this.starts[from], this.starts[from + taken]);
      left -= taken;
      from = 0;
    }
    return text;
  }
}
