/**
 * Widths of intervals, from errors on left-out rows: the 80% quantile of |ln(predicted / measured)|, by figure, basis
 * and regime. A basis rests on the scheme that makes it: `measured` leaves out one configuration, `related` all of a
 * model on a GPU, `datasheet` all of a GPU. What a layout is known to hide has a width of its own. Repeats of one workload point count once. Three kinds of rows have widths
 * of their own, because their errors differ: Qwen3.5 serving (what the product ships), Qwen3.5 decode and prefill
 * alone, and the reference models.
 */
import type { Basis } from '../../src/performance/coefficients';
import { layoutSds, type Regime } from '../../src/performance/interval';
import type { Outcome, Scheme } from './cross-validation';
import { FIGURES, type FigureName, type Row, sameRun } from './rows';
import { counts, weightedQuantile } from './statistics';

export type Spreads = Readonly<Record<FigureName, Readonly<Record<Basis, Readonly<Record<Regime, number>>>>>>;

const BASES: readonly Basis[] = ['measured', 'related', 'datasheet'];
const REGIMES: readonly Regime[] = ['steady', 'loaded'];
const SCHEME_OF: Readonly<Record<Basis, Scheme>> = {
  measured: 'configuration',
  related: 'pair',
  datasheet: 'gpu',
};
/** Two-sided 80% of a normal distribution, in standard deviations. */
export const Z_80 = 1.2816;
/** Fewer configurations than this say little: the kind's other bases of the same scheme join in, then other kinds. */
const FEW_CONFIGURATIONS = 3;

export type Kind = 'qwen3.5-serving' | 'qwen3.5-alone' | 'reference';
export const kindOf = (row: Row): Kind =>
  !row.isQwen35 ? 'reference' : row.phase === 'serving' ? 'qwen3.5-serving' : 'qwen3.5-alone';

export type OutcomesByScheme = Readonly<Record<Scheme, readonly Outcome[]>>;

/** Standard deviations (of the logarithm) for one kind of rows, without one configuration where a row is judged by them. */
export function spreadsOf(outcomes: OutcomesByScheme, kind: Kind, without: string | null): Spreads {
  const result = {} as Record<FigureName, Record<Basis, Record<Regime, number>>>;
  for (const figure of FIGURES) {
    const byBasis = {} as Record<Basis, Record<Regime, number>>;
    let narrower: Record<Regime, number> = { steady: 0, loaded: 0 };
    for (const basis of BASES) {
      const cell = (regime: Regime): number => {
        const candidates = outcomes[SCHEME_OF[basis]].filter(
          (o) =>
            o.figure === figure &&
            o.regime === regime &&
            o.row.excluded === null &&
            o.row.configuration !== without,
        );
        const ownKind = candidates.filter((o) => kindOf(o.row) === kind);
        const choices = [
          ownKind.filter((o) => o.basis === basis),
          ownKind,
          candidates.filter((o) => o.basis === basis),
        ];
        return halfWidth(choices.find(isEnough) ?? candidates) / Z_80;
      };
      // Less evidence and more load never make a prediction surer, whatever a small sample says.
      const steady = Math.max(cell('steady'), narrower.steady);
      const loaded = Math.max(cell('loaded'), steady, narrower.loaded);
      byBasis[basis] = { steady, loaded };
      narrower = byBasis[basis];
    }
    result[figure] = byBasis;
  }
  return result;
}

const isEnough = (outcomes: readonly Outcome[]): boolean =>
  new Set(outcomes.map((o) => o.row.configuration)).size >= FEW_CONFIGURATIONS;

const layoutSd = ({ row: { features }, figure }: Pick<Outcome, 'row' | 'figure'>): number =>
  layoutSds(features, features.moeLayers > 0)[figure] ?? 0;

/** |ln(predicted / measured)| but for what the layout's own width holds, which intervals add: it would count twice. */
const beyondLayout = (o: Outcome): number =>
  Math.sqrt(Math.max(0, o.logError ** 2 - (Z_80 * layoutSd(o)) ** 2));

function halfWidth(outcomes: readonly Outcome[]): number {
  const repeats = counts(
    outcomes.map((o) => o.row),
    sameRun,
  );
  return weightedQuantile(
    outcomes.map(beyondLayout),
    outcomes.map((o) => 1 / repeats.get(sameRun(o.row))!),
    0.8,
  );
}

/** Whether each left-out row fell in the interval that the other configurations' errors give. */
export function covered(
  outcomes: OutcomesByScheme,
  scheme: Scheme,
): { readonly outcome: Outcome; readonly spread: number; readonly inside: boolean }[] {
  const known = new Map<string, Spreads>();
  return outcomes[scheme].map((outcome) => {
    const { row, figure, basis, regime } = outcome;
    const key = `${kindOf(row)}|${row.configuration}`;
    let spreads = known.get(key);
    if (spreads === undefined) {
      spreads = spreadsOf(outcomes, kindOf(row), row.configuration);
      known.set(key, spreads);
    }
    const spread = Math.hypot(spreads[figure][basis][regime], layoutSd(outcome));
    return { outcome, spread, inside: Math.abs(outcome.logError) <= Z_80 * spread };
  });
}

/** Spreads as they are written: four digits, in a fixed order. */
export const roundedSpreads = (spreads: Spreads): Spreads =>
  Object.fromEntries(
    FIGURES.map((figure) => [
      figure,
      Object.fromEntries(
        BASES.map((basis) => [
          basis,
          Object.fromEntries(
            REGIMES.map((regime) => [regime, Number(spreads[figure][basis][regime].toFixed(4))]),
          ),
        ]),
      ),
    ]),
  ) as Spreads;
