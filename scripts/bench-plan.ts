/**
 * `npm run bench:plan`: milliseconds of the closed-form search and of a whole plan (simulations included), warm, by
 * regions and load, and how the search grows with the candidates.
 */
import { EMBEDDED_CATALOGUE, regionsOf } from '../src/hardware/offerings';
import { planningContext } from '../src/planning/draft';
import { makePlan } from '../src/planning/plan';
import { cheapestOption, openSearch } from '../src/planning/search';
import { resolveRequirements } from '../src/requirements/resolve';

const ROUNDS = 7;
const all = regionsOf(EMBEDDED_CATALOGUE);

function median(run: () => unknown): number {
  run();
  const times = Array.from({ length: ROUNDS }, () => {
    const start = process.hrtime.bigint();
    run();
    return Number(process.hrtime.bigint() - start) / 1e6;
  });
  return times.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

process.stdout.write(
  'model               regions  requests/s  candidates  search ms  exhaustive ms  plan ms\n',
);
for (const model of ['Qwen3.5-9B', 'Qwen3.5-35B-A3B', 'Qwen3.5-122B-A10B', 'Qwen3.5-397B-A17B']) {
  for (const regions of [['sa-east-1'], ['us-east-1'], all.slice(0, 8), all]) {
    for (const requestsPerSecond of [1, 50]) {
      const resolved = resolveRequirements(
        { model, regions, workload: { requestsPerSecond } },
        EMBEDDED_CATALOGUE,
      );
      const context = planningContext(resolved, { catalogue: EMBEDDED_CATALOGUE });
      const { prospects } = openSearch(context);
      const search = median(() => cheapestOption(openSearch(context)));
      const exhaustive =
        regions.length === 1 ? median(() => cheapestOption(openSearch(context), {}, true)) : Number.NaN;
      const plan =
        cheapestOption(openSearch(context)) === null
          ? Number.NaN
          : median(() => makePlan(resolved, { catalogue: EMBEDDED_CATALOGUE }));
      const cells = [
        model.padEnd(18),
        regions.length,
        requestsPerSecond,
        prospects.length,
        search,
        exhaustive,
        plan,
      ];
      process.stdout.write(
        `${cells.map((cell) => (typeof cell === 'number' ? (Number.isNaN(cell) ? '-' : Math.round(cell)) : cell)).join('\t')}\n`,
      );
    }
  }
}
