import { type Compared, type ComparedFigure, shareWithin } from './compare';

const percent = (x: number): string => `${(100 * x).toFixed(1)}%`;
const quantile = (numbers: readonly number[], share: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(share * (numbers.length - 1))]!;

/** How far the closed form is from the simulation in these cases, and how well the latter is known. */
export function line(name: string, cases: readonly Compared[], figure: ComparedFigure): void {
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

/** The cases whose mean is more than 5% off, one a line. */
export function printMisses(compared: readonly Compared[]): void {
  for (const { errors, standardErrors, name } of compared)
    for (const figure of ['ttft', 'tpot'] as const)
      if (Math.abs(errors[figure]) > 0.05)
        console.log(
          `${figure} ${percent(errors[figure])} (standard error ${percent(standardErrors[figure])}): ${name}`,
        );
}
