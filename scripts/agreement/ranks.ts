import { keepTogether } from '../../src/performance/other-ranks';
import { type Compared, compare, FIGURES } from './compare';
import { line, printMisses } from './lines';
import { RANKS, type RankCase, sampleRankCases } from './rank-cases';

/** Independent runs of a case, and requests of each rank in each of them. */
const RUN = { runs: 8, requests: 4000 };

export type ComparedRanks = Compared & { readonly case: RankCase };

/** Null as `compare` is. */
export function compareRanks(c: RankCase, run: Parameters<typeof compare>[1]): ComparedRanks | null {
  const compared = compare(c, run);
  return compared === null ? null : { ...compared, case: c };
}

/** Answers that are all of one length, and requests fast enough that they end together, again and again. */
export const endTogether = ({ case: c, state }: ComparedRanks): boolean =>
  c.spread === 1 && keepTogether(c.layout.dataParallel, state);

/** Prints closed form against simulation for data-parallel ranks, by their number and by how lengths spread. */
export function printRanks(seed: number, count: number): void {
  const compared = sampleRankCases(seed, count).flatMap((c) => compareRanks(c, RUN) ?? []);
  for (const figure of FIGURES) {
    for (const ranks of RANKS) {
      const cases = compared.filter((c) => c.case.layout.dataParallel === ranks);
      const free = cases.filter(({ slotsBind }) => !slotsBind);
      const print = (name: string, of: readonly Compared[]): void =>
        line(`${ranks} ranks, ${name}`, of, figure);
      print(
        'varied',
        free.filter((c) => c.case.spread > 1),
      );
      print(
        'equal',
        free.filter((c) => c.case.spread === 1 && !endTogether(c)),
      );
      print('equal that end together', free.filter(endTogether));
      print(
        'waiting for a sequence',
        cases.filter(({ slotsBind }) => slotsBind),
      );
    }
  }
  printMisses(compared);
}
