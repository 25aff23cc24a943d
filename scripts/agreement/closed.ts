import { sampleClosedCases } from './closed-cases';
import { type ComparedClosed, compareClosed } from './compare-closed';

const BUSIEST = 0.7;

/** Prints closed form against simulation for clients in a closed loop, by class, and the cases up to 70% load beyond 5%. */
export function printClosed(seed: number, count: number): void {
  const compared = sampleClosedCases(seed, count).flatMap((c) => compareClosed(c) ?? []);
  const steady = compared.filter(({ utilisation }) => utilisation <= BUSIEST);
  const few = ({ case: c }: ComparedClosed): boolean => c.clients <= 8;
  for (const [name, equal] of [
    ['equal prompts', true],
    ['varied prompts', false],
  ] as const) {
    const alike = (list: readonly ComparedClosed[]) =>
      list.filter((c) => (c.case.promptSpread === 1) === equal);
    line(`${name}, up to 8 clients`, alike(steady).filter(few));
    line(
      `${name}, more clients`,
      alike(steady).filter((c) => !few(c)),
    );
    line(
      `${name}, above 70% load`,
      alike(compared).filter(({ utilisation }) => utilisation > BUSIEST),
    );
  }
  for (const { errors, name } of steady)
    for (const figure of ['ttft', 'tpot'] as const)
      if (Math.abs(errors[figure]) > 0.05) console.log(`${figure} ${percent(errors[figure])}: ${name}`);
}

const percent = (x: number): string => `${(100 * x).toFixed(1)}%`;

function line(name: string, cases: readonly ComparedClosed[]): void {
  if (cases.length === 0) return;
  const figures = (['ttft', 'tpot'] as const).map((figure) => {
    const errors = cases.map((c) => c.errors[figure]).sort((a, b) => a - b);
    const at = (share: number): string => percent(errors[Math.floor(share * (errors.length - 1))]!);
    const within = [0.05, 0.1].map((limit) =>
      percent(errors.filter((error) => Math.abs(error) <= limit).length / errors.length),
    );
    const worst = Math.max(...errors.map(Math.abs));
    return `${figure} within 5% ${within[0]}, 10% ${within[1]}, 80% between ${at(0.1)} and ${at(0.9)}, worst ${percent(worst)}`;
  });
  console.log(`${name.padEnd(26)} ${String(cases.length).padStart(4)} cases: ${figures.join('; ')}`);
}
