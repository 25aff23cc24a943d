import { RANKS, type RankCase, sampleRankCases } from '../../scripts/agreement/rank-cases';
import { type ComparedRanks, compareRanks, endTogether } from '../../scripts/agreement/ranks';
import { rarelyMore } from './rarely-more';

/** CI asks for more; `npm run agreement -- --ranks` measures hundreds. */
const CASES = Number(process.env.RANK_AGREEMENT_CASES ?? 30);
const RUN = { runs: 3, requests: 2000 };

/** What the issue asks of every mean; a simulated one is known to within its own noise. */
const MEAN = 0.05;
const STANDARD_ERRORS = 3;
/** Share of means beyond 5%: of hundreds of unseen cases less (docs/performance.md). A test may hold as many as chance does. */
const RARE_SHARE = 0.03;
const RARELY = 1e-3;
/** Where answers of one length end together, the first token takes up to three times as long, and tokens come faster. */
const TOGETHER = { ttft: [-0.67, 0.05], tpot: [-0.05, 0.25] } as const;

const beyond = (compared: readonly ComparedRanks[], figure: 'ttft' | 'tpot'): readonly string[] =>
  compared
    .filter((c) => Math.abs(c.errors[figure]) > MEAN + STANDARD_ERRORS * c.standardErrors[figure])
    .map((c) => `${figure} ${(100 * c.errors[figure]).toFixed(1)}%: ${c.name}`);

test(
  `data-parallel ranks: simulation and closed form agree within 5% up to 70% load: ${CASES} cases`,
  () => {
    const compared = sampleRankCases(20_261_127, CASES).flatMap((c: RankCase) => compareRanks(c, RUN) ?? []);
    expect(compared.length).toBeGreaterThan(CASES / 2);
    const spread = compared.filter((c) => !endTogether(c));
    for (const ranks of RANKS) expect(spread.some((c) => c.case.layout.dataParallel === ranks)).toBe(true);
    for (const equal of [true, false]) expect(spread.some((c) => (c.case.spread === 1) === equal)).toBe(true);
    for (const figure of ['ttft', 'tpot'] as const) {
      expect(beyond(spread, figure).slice(rarelyMore(spread.length, RARE_SHARE, RARELY))).toEqual([]);
      const [least, most] = TOGETHER[figure];
      for (const { errors } of compared.filter(endTogether)) {
        expect(errors[figure]).toBeGreaterThan(least);
        expect(errors[figure]).toBeLessThan(most);
      }
    }
  },
  CASES * 5000,
);

/** Beyond half of the load long prompts meet short answers: where one law for all ranks was up to half too slow. */
const CROWDED: readonly RankCase[] = (
  [
    [['Qwen3.5-4B', 'bf16', 'L4', 1], 0, 10_026, 73, 2.5, 4],
    [['Qwen3.5-27B', 'bf16', 'A100-80GB', 2], 3, 15_319, 476, 2.5, 4],
    [['Qwen3.5-27B', 'fp8', 'H200', 1], 1, 2189, 227, 2.5, 8],
    [['Qwen3.5-35B-A3B', 'bf16', 'H200', 1], 0, 12_909, 168, 1, 2],
  ] as const
).map(([engine, mtpTokens, inputTokens, outputTokens, spread, dataParallel], i) => ({
  engine,
  caching: false,
  mtpTokens,
  inputTokens,
  outputTokens,
  spread,
  maxNumSeqs: 128,
  utilisation: 0.65,
  seed: 71 + i,
  layout: {
    tensorParallel: engine[3],
    pipelineParallel: 1,
    dataParallel,
    expertParallel: engine[0].includes('-A'),
  },
}));

test('long prompts with short answers beyond half of the load', () => {
  // 3,000 requests are too few to be steady at this load: the same engine's TPOT is 7% below prediction in them, 4% in 8,000.
  const compared = CROWDED.map((c) => compareRanks(c, { runs: 6, requests: 8000 })!);
  for (const figure of ['ttft', 'tpot'] as const) expect(beyond(compared, figure)).toEqual([]);
}, 60_000);

test('few sequences: requests wait where all slots of all ranks are taken, for one of their own rank', () => {
  const load = { inputTokens: 1300, outputTokens: 660, utilisation: 0.7 };
  const few = [5, 12].map(
    (maxNumSeqs) => compareRanks({ ...CROWDED[3]!, ...load, maxNumSeqs }, { runs: 6, requests: 6000 })!,
  );
  expect(few[0]!.state.blockedSeconds).toBeGreaterThan(0.2 * few[0]!.state.ttftSeconds);
  for (const figure of ['ttft', 'tpot'] as const) expect(beyond(few, figure)).toEqual([]);
}, 60_000);
