/**
 * `npm run agreement -- [--closed] [--cases N] [--seed S]`: closed form against simulation over seeded loads up to 70%,
 * random arrivals with the simulation's standard errors, or clients in a closed loop. docs/performance.md has its
 * figures; a thousand cases take half an hour, of closed loops two minutes.
 */
import { parseArgs } from 'node:util';
import { sampleCases } from './agreement/cases';
import { printClosed } from './agreement/closed';
import { type Compared, type ComparedFigure, compare, FIGURES, shareWithin } from './agreement/compare';

const { values } = parseArgs({
  options: {
    closed: { type: 'boolean', default: false },
    cases: { type: 'string', default: '100' },
    seed: { type: 'string', default: '20261125' },
  },
});
const RUN = { runs: 8, requests: 9500 };

const percent = (x: number): string => `${(100 * x).toFixed(1)}%`;
const quantile = (numbers: readonly number[], share: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(share * (numbers.length - 1))]!;

function line(name: string, cases: readonly Compared[], figure: ComparedFigure): void {
  if (cases.length === 0) return;
  const errors = cases.map((c) => c.errors[figure]);
  const within = [0.05, 0.1].map((limit) => percent(shareWithin(cases, figure, limit)));
  const worst = errors.reduce((most, error) => (Math.abs(error) > Math.abs(most) ? error : most));
  const noise = cases.map((c) => c.standardErrors[figure]);
  console.log(
    `${figure.padEnd(8)} ${name.padEnd(34)} ${String(cases.length).padStart(5)} cases: within 5% ${within[0]}, 10% ${within[1]}; ` +
      `80% between ${percent(quantile(errors, 0.1))} and ${percent(quantile(errors, 0.9))}, worst ${percent(worst)}; ` +
      `standard error median ${percent(quantile(noise, 0.5))}, 95% ${percent(quantile(noise, 0.95))}`,
  );
}

function printOpen(seed: number, count: number): void {
  const compared = sampleCases(seed, count).flatMap((c) => compare(c, RUN) ?? []);
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
  for (const { errors, standardErrors, name } of compared)
    for (const figure of ['ttft', 'tpot'] as const)
      if (Math.abs(errors[figure]) > 0.05)
        console.log(
          `${figure} ${percent(errors[figure])} (standard error ${percent(standardErrors[figure])}): ${name}`,
        );
}

(values.closed ? printClosed : printOpen)(Number(values.seed), Number(values.cases));
