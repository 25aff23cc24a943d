import { UserError } from '../errors';
import { FITTED_ON } from '../performance/coefficients';
import { CALIBRATION_SCHEMA_VERSION, type CalibrationFile, type LearnedMultiplier } from './calibration-file';
import { fitMultipliers, type Observation } from './fit-multipliers';
import { engineModel } from './model';
import { observationsOf, PARTS, type Part, POINT_SDS } from './observations';
import type { BenchResult, Setup } from './result';
import { describeLoad } from './run';

/** A result and what to call it: its SHA-256, so that the same inputs give the same file wherever they lie. */
export interface NamedResult {
  readonly result: BenchResult;
  readonly sha256: string;
}

/** performance-model.md 9.5: how far the multipliers of engines lie from 1. */
const PRIOR_SDS: Readonly<Record<Part, number>> = { decode: 0.2, prefill: 0.3, ttft: 0.35 };
const FEWEST_POINTS = 2;
/** A figure this many standard deviations off the common multiplier contradicts the others. */
const CONFLICT = 2.5;

const WHAT: Readonly<Record<Part, string>> = {
  decode: 'time of a decode step',
  prefill: 'time of a prompt',
  ttft: 'time to the first token outside the prompt',
};

/**
 * Three multipliers from measured points, shrunk towards 1 by how little was measured. A multiplier that the points
 * contradict each other on, or show too rarely, stays at 1 with its prior spread, and says so.
 * @throws UserError when the results are not of one engine
 */
export function calibrate(inputs: readonly NamedResult[]): CalibrationFile {
  const results = [...inputs].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const twice = results.find(({ sha256 }, i) => sha256 === results[i - 1]?.sha256);
  if (twice !== undefined) throw new UserError('the same result is given twice; it would count double');
  const setup = sameSetup(results.map(({ result }) => result));
  const notes: string[] = [];
  const outdated = results.filter(({ result }) => result.plan.performanceData !== FITTED_ON).length;
  if (outdated > 0)
    notes.push(
      `${outdated} results were compared with older performance data; this file rests on that of ${FITTED_ON}`,
    );

  const observations: Observation[] = [];
  let points = 0;
  for (const { result } of results) {
    const engine = engineModel(result.plan.setup);
    for (const point of result.points) {
      const seen = observationsOf(point, engine);
      const name = `${result.startedAt}, ${describeLoad(point.load)}`;
      if (!seen.usable) {
        notes.push(`${name}: left out: ${seen.reason}`);
        continue;
      }
      points++;
      observations.push(...seen.observations);
      for (const text of seen.silent) notes.push(`${name}: ${text}`);
    }
  }
  return {
    schemaVersion: CALIBRATION_SCHEMA_VERSION,
    kind: 'calibration',
    engine: engineOf(setup),
    performanceData: FITTED_ON,
    multipliers: learn(observations, points),
    sources: results.map(({ result, sha256 }) => ({
      sha256,
      startedAt: result.startedAt,
      plan: result.plan.name,
      points: result.points.length,
    })),
    notes,
  };
}

type Engine = CalibrationFile['engine'];

const engineOf = ({
  model,
  gpu,
  checkpoint,
  layout,
  kvCacheDtype,
  mtpTokens,
  vllmVersion,
}: Setup): Engine => ({
  model,
  gpu,
  checkpoint,
  layout,
  kvCacheDtype,
  mtpTokens,
  vllmVersion,
});

function sameSetup(results: readonly BenchResult[]): Setup {
  const [first, ...others] = results.map(({ plan }) => plan.setup);
  if (first === undefined)
    throw new UserError('give at least one result written by qwen-selfhost bench --out');
  const wanted = engineOf(first);
  for (const other of others) {
    const found = engineOf(other);
    const differs = (Object.keys(wanted) as (keyof Engine)[]).find(
      (key) => JSON.stringify(wanted[key]) !== JSON.stringify(found[key]),
    );
    if (differs !== undefined)
      throw new UserError(
        `the results are not of one engine: ${differs} is ${JSON.stringify(wanted[differs])} in one and ${JSON.stringify(found[differs])} in another; calibrate each on its own`,
      );
  }
  return first;
}

function learn(observations: readonly Observation[], points: number): CalibrationFile['multipliers'] {
  const countOf = (part: Part): number =>
    observations.filter(({ shows }) => shows === PARTS.indexOf(part)).length;
  const held = new Map<Part, string>();
  for (const part of PARTS) {
    const count = points < FEWEST_POINTS ? points : countOf(part);
    if (count < FEWEST_POINTS)
      held.set(
        part,
        `${count} usable point${count === 1 ? '' : 's'}: ${FEWEST_POINTS} are needed, better three (low, middling and near-peak load)`,
      );
  }
  const shownBy = ({ shows }: Observation): Part => PARTS[shows]!;
  const used = (): Observation[] => observations.filter((o) => !held.has(shownBy(o)));
  const fitted = () =>
    fitMultipliers(
      used(),
      PARTS.map((part) => !held.has(part)),
    );
  let best = fitted();
  for (;;) {
    const worst = used()
      .map((o, i) => ({ part: shownBy(o), off: Math.abs(best.residuals[i]!) }))
      .reduce<{ part: Part; off: number } | null>(
        (most, next) => (most === null || next.off > most.off ? next : most),
        null,
      );
    if (worst === null || worst.off <= CONFLICT) break;
    held.set(
      worst.part,
      `the points contradict each other: one lies ${worst.off.toFixed(1)} standard deviations off`,
    );
    best = fitted();
  }
  const learned = (part: Part): LearnedMultiplier => {
    const i = PARTS.indexOf(part);
    const reason = held.get(part);
    const count = countOf(part);
    if (reason !== undefined)
      return {
        value: 1,
        remainingSd: digits(Math.hypot(PRIOR_SDS[part], POINT_SDS[part])),
        points: count,
        learned: false,
        says: `${WHAT[part]}: left as it was; ${reason}`,
      };
    // Section 9.5 with n / sigma^2 summed over the points, so that an uncertain point counts for less.
    const precision = observations
      .filter((o) => shownBy(o) === part)
      .reduce((sum, { sd }) => sum + 1 / sd ** 2, 0);
    const variance = PRIOR_SDS[part] ** 2;
    const weight = (precision * variance) / (precision * variance + 1);
    const value = digits(Math.exp(weight * best.logMultipliers[i]!));
    return {
      value,
      remainingSd: digits(Math.sqrt(variance * (1 - weight) + POINT_SDS[part] ** 2)),
      points: count,
      learned: true,
      says: `${WHAT[part]}: ${value} times the prediction, from ${count} points`,
    };
  };
  return { decode: learned('decode'), prefill: learned('prefill'), ttft: learned('ttft') };
}

/** Four significant digits: more would differ between machines' math libraries. */
const digits = (value: number): number => Number(value.toPrecision(4));
