import { type AgreementCase, sampleCases, sampleConversations } from '../../scripts/agreement/cases';
import { type Compared, type ComparedFigure, compare, shareWithin } from '../../scripts/agreement/compare';
import { rarelyMore } from './rarely-more';

/** CI asks for more; `npm run agreement` measures a thousand. */
const CASES = Number(process.env.AGREEMENT_CASES ?? 12);
const RUN = { runs: 3, requests: 4000 };

/** What the issue asks of every mean; a simulated one is known to within its own noise. */
const MEAN = 0.05;
const STANDARD_ERRORS = 3;
/**
 * Share of means beyond 5%, of a thousand unseen cases less than 2% (docs/performance.md says which). A test of n cases
 * may hold as many as n draws do but for one time in a thousand.
 */
const RARE_SHARE = 0.02;
const RARELY = 1e-3;

const beyond = (compared: readonly Compared[], figure: ComparedFigure): readonly string[] =>
  compared
    .filter((c) => Math.abs(c.errors[figure]) > MEAN + STANDARD_ERRORS * c.standardErrors[figure])
    .map((c) => `${figure} ${(100 * c.errors[figure]).toFixed(1)}%: ${c.name}`);

test(
  `simulation and closed form agree within 5% in the steady state up to 70% load: ${CASES} cases`,
  () => {
    const compared: Compared[] = [];
    for (const c of sampleCases(20_261_124, 2 * CASES + 20)) {
      const result = compare(c, RUN);
      if (result !== null) compared.push(result);
      if (compared.length === CASES) break;
    }
    expect(compared).toHaveLength(CASES);
    expect(compared.some((c) => c.case.spread > 1) && compared.some((c) => c.case.spread === 1)).toBe(true);
    for (const c of compared) expect(Math.abs(c.outputError)).toBeLessThan(1e-9);

    // Prompts of equal length that a step holds whole, and no wait for a slot: always. All others: nearly always.
    const plain = compared.filter(
      ({ case: c, slotsBind }) =>
        !slotsBind && c.spread === 1 && c.inputTokens <= 1000 && (!c.caching || c.mtpTokens > 0),
    );
    expect(plain.length).toBeGreaterThan(0);
    for (const figure of ['ttft', 'tpot'] as const) {
      expect(beyond(plain, figure)).toEqual([]);
      expect(beyond(compared, figure).slice(rarelyMore(CASES, RARE_SHARE, RARELY))).toEqual([]);
    }
    // 95th percentiles are approximations, for the search: most within 5%, nearly all within 10%.
    for (const figure of ['ttftP95', 'tpotP95'] as const) {
      expect(shareWithin(compared, figure, 0.05)).toBeGreaterThanOrEqual(0.7);
      expect(shareWithin(compared, figure, 0.1)).toBeGreaterThanOrEqual(0.8);
    }
  },
  CASES * 5000,
);

/** Hits differ between prompts, so that their times do; of 241 such cases docs/performance.md tells how many. */
const RARE_CONVERSATIONS = 0.05;
const CONVERSATIONS = Math.ceil(CASES / 2);

test(
  `where some prompts find their conversation, they agree too: ${CONVERSATIONS} cases`,
  () => {
    const compared: Compared[] = [];
    for (const c of sampleConversations(20_261_124, 3 * CONVERSATIONS + 20)) {
      const result = compare(c, RUN);
      if (result !== null) compared.push(result);
      if (compared.length === CONVERSATIONS) break;
    }
    expect(compared).toHaveLength(CONVERSATIONS);
    for (const figure of ['ttft', 'tpot'] as const)
      expect(beyond(compared, figure).slice(rarelyMore(CONVERSATIONS, RARE_CONVERSATIONS, RARELY))).toEqual(
        [],
      );
    expect(shareWithin(compared, 'ttft', 0.05)).toBeGreaterThanOrEqual(0.8);
    expect(shareWithin(compared, 'ttftP95', 0.1)).toBeGreaterThanOrEqual(0.7);
  },
  CASES * 5000,
);

// Prompts of two unequal steps; answers that meet a long prompt, a short one, or none.
test.each([
  ['ttftP95', 'Qwen3.5-4B', 'L4', 2121, 950, { share: 0.75, ofPrompt: 0.8, lessTokens: 0 }],
  ['tpotP95', 'Qwen3.5-4B', 'L4', 14_565, 65, { share: 0.25, ofPrompt: 0.95, lessTokens: 300 }],
] as const)(
  '%s of conversations: %s on %s, prompts of %d tokens',
  (figure, model, gpu, inputTokens, outputTokens, history) => {
    const { errors } = compare(
      {
        engine: [model, 'bf16', gpu, 1],
        caching: true,
        mtpTokens: 0,
        inputTokens,
        outputTokens,
        history,
        spread: 1,
        maxNumSeqs: 128,
        utilisation: 0.05,
        seed: 3,
      },
      RUN,
    )!;
    expect(Math.abs(errors[figure])).toBeLessThan(MEAN);
  },
  60_000,
);

/** Prompts fill half of the time of their few slots, or all of one; equal and varied, with and without the prefix cache. */
const FEW_SEQUENCES: readonly AgreementCase[] = (
  [
    [['Qwen3.5-4B', 'bf16', 'L4', 1], true, 0, 4000, 50, 1, 1],
    [['Qwen3.5-122B-A10B', 'fp8', 'H200', 2], false, 0, 8000, 200, 1, 5],
    [['Qwen3.5-27B', 'fp8', 'L40S', 2], true, 1, 20_000, 300, 1, 5],
    [['Qwen3.5-35B-A3B', 'fp8', 'H100', 1], false, 0, 500, 50, 2.5, 5],
    [['Qwen3.5-27B', 'bf16', 'A100-80GB', 2], false, 1, 20_000, 1000, 1, 12],
  ] as const
).map(([engine, caching, mtpTokens, inputTokens, outputTokens, spread, maxNumSeqs], i) => ({
  engine,
  caching,
  mtpTokens,
  inputTokens,
  outputTokens,
  spread,
  maxNumSeqs,
  utilisation: 0.65,
  seed: 71 + i,
}));

test('engines of few sequences, whose prompts hold up those that decode', () => {
  const compared = FEW_SEQUENCES.map((c) => compare(c, RUN)!);
  for (const c of compared) expect(c.slotsBind).toBe(true);
  for (const figure of ['ttft', 'tpot'] as const) expect(beyond(compared, figure)).toEqual([]);
}, 60_000);

// Beside the last part of each prompt of a line the next one's blocks begin, however many came before.
test.each([
  ['Qwen3.5-9B', 'L40S', 1, 5019, 354],
  ['Qwen3.5-27B', 'A100-80GB', 2, 1964, 914],
] as const)(
  '%s on %s: prompts of one length that blocks cut',
  (model, gpu, tp, inputTokens, outputTokens) => {
    const { errors } = compare(
      {
        engine: [model, 'bf16', gpu, tp],
        caching: true,
        mtpTokens: 0,
        inputTokens,
        outputTokens,
        spread: 1,
        maxNumSeqs: 128,
        utilisation: 0.66,
        seed: 3,
      },
      RUN,
    )!;
    expect(Math.abs(errors.ttft)).toBeLessThan(MEAN);
    expect(Math.abs(errors.tpot)).toBeLessThan(MEAN);
  },
  60_000,
);

// An answer of a few tokens sees the steps behind its own prompt, but not those which these lengthen in turn.
test('answers of a few tokens, of many lengths', () => {
  const { errors } = compare(
    {
      engine: ['Qwen3.5-27B', 'fp8', 'H200', 1],
      caching: false,
      mtpTokens: 0,
      inputTokens: 2048,
      outputTokens: 28,
      promptSpread: 1,
      spread: 3.2,
      maxNumSeqs: 256,
      utilisation: 0.65,
      seed: 7,
    },
    RUN,
  )!;
  expect(Math.abs(errors.tpot)).toBeLessThan(MEAN);
}, 60_000);
