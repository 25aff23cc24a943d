/** The coefficients file: what the product reads, and what a reviewer needs to judge it. */
import { MODELS } from '../../src/models/registry';
import type { Fit } from './fit';
import { EFFECT_SPREAD, type Factor, groupOf } from './parameters';
import type { Row } from './rows';
import type { Spreads } from './spreads';

const digits = (value: number, count = 6): number => Number(value.toPrecision(count));

/** Models of the registry that share an architecture with a measured one share its effects and its basis. */
const namesakes = (model: string): string[] => {
  const measured = MODELS.find((candidate) => candidate.name === model);
  if (measured === undefined) return [];
  const shape = JSON.stringify(measured.architecture);
  return MODELS.filter((candidate) => JSON.stringify(candidate.architecture) === shape).map(
    (candidate) => candidate.name,
  );
};

export interface CoefficientsInput {
  readonly fit: Fit;
  readonly rows: readonly Row[];
  readonly spreads: Spreads;
  readonly dataHash: string;
  readonly dataFile: string;
  readonly date: string;
}

export function coefficientsDocument({
  fit,
  rows,
  spreads,
  dataHash,
  dataFile,
  date,
}: CoefficientsInput): unknown {
  const { parameters, solution } = fit;
  const physics = parameters.map((p, j) => ({ p, j })).filter(({ p }) => p.group === undefined);
  const base = fit.coefficients('no such group');
  const { oldEngineFactor, oldSequenceFactor, oldRequestFactor, sharedPrefixKvEfficiency, ...shipped } = base;
  const pairs = [...new Set(rows.map(groupOf))].sort();
  const effects: Record<string, Partial<Record<Factor, number>>> = {};
  for (const pair of pairs) {
    const [model, gpu] = pair.split('|') as [string, string];
    const k = fit.coefficients(pair);
    const factors = Object.fromEntries(
      (Object.keys(EFFECT_SPREAD) as Factor[]).map((f) => [f, digits(k[f] ?? 1, 4)]),
    );
    for (const name of namesakes(model)) effects[`${name}|${gpu}`] = factors;
  }
  return {
    fittedOn: date,
    source: { file: dataFile, sha256: dataHash, rows: rows.length, residualCost: digits(solution.cost) },
    note: 'Written by npm run calibrate; never edited by hand. Names carry units; factors and efficiencies have none.',
    coefficients: roundTree(shipped),
    calibrationOnly: roundTree({
      oldEngineFactor,
      oldSequenceFactor,
      oldRequestFactor,
      sharedPrefixKvEfficiency,
    }),
    standardErrors: {
      note: 'Of the logarithm, from the curvature at the optimum; rows taken as independent, so real ones are about twice as large.',
      values: Object.fromEntries(
        physics.map(({ p, j }) => [p.name, digits(Math.sqrt(solution.covariance[j]![j]!), 3)]),
      ),
    },
    priors: Object.fromEntries(physics.map(({ p }) => [p.name, { value: p.prior, spread: p.spread }])),
    covariance: {
      names: physics.map(({ p }) => p.name),
      lowerTriangle: physics.map(({ j: a }, row) =>
        physics.slice(0, row + 1).map(({ j: b }) => digits(solution.covariance[a]![b]!, 3)),
      ),
    },
    effects,
    effectSpread: EFFECT_SPREAD,
    spreads,
    measuredGpus: [...new Set(rows.map((row) => row.gpu))].sort(),
    configurations: [...new Set(rows.map((row) => row.configuration))].sort(),
  };
}

function roundTree(value: object): unknown {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === 'number' ? digits(inner) : roundTree(inner as object),
    ]),
  );
}
