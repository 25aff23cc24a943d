/**
 * `npm run agreement -- [--closed | --conversations | --presets | --ranks] [--cases N] [--seed S]`: closed form against simulation over
 * seeded loads up to 70%: random arrivals, with the simulation's standard errors, of independent prompts, of conversations, of the
 * presets' traffic or at several data-parallel ranks; or clients in a closed loop. docs/performance.md has its figures; a thousand cases take half an
 * hour, of closed loops two minutes.
 */
import { parseArgs } from 'node:util';
import { sampleCases, sampleConversations } from './agreement/cases';
import { printClosed } from './agreement/closed';
import { compare, FIGURES } from './agreement/compare';
import { line, printMisses } from './agreement/lines';
import { printPresets } from './agreement/presets';
import { printRanks } from './agreement/ranks';

const { values } = parseArgs({
  options: {
    closed: { type: 'boolean', default: false },
    conversations: { type: 'boolean', default: false },
    presets: { type: 'boolean', default: false },
    ranks: { type: 'boolean', default: false },
    cases: { type: 'string', default: '100' },
    seed: { type: 'string', default: '20261125' },
  },
});
/** Independent runs of a case, and requests of each. */
const RUN = { runs: 8, requests: 9500 };

function printOpen(seed: number, count: number): void {
  const sample = values.conversations ? sampleConversations : sampleCases;
  const compared = sample(seed, count).flatMap((c) => compare(c, RUN) ?? []);
  const free = compared.filter(({ slotsBind }) => !slotsBind);
  for (const figure of FIGURES) {
    line('all', compared, figure);
    line(
      'no wait for a sequence, equal',
      free.filter((c) => c.case.spread === 1),
      figure,
    );
    line(
      'no wait for a sequence, varied',
      free.filter((c) => c.case.spread > 1),
      figure,
    );
    line(
      'waiting for one of few',
      compared.filter(({ slotsBind }) => slotsBind),
      figure,
    );
  }
  printMisses(compared);
}

const seed = Number(values.seed);
const cases = Number(values.cases);
if (values.closed) printClosed(seed, cases);
else if (values.ranks) printRanks(seed, cases);
else if (values.presets) printPresets(seed, cases, RUN);
else printOpen(seed, cases);
