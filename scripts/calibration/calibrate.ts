/**
 * `npm run calibrate [-- --observations FILE --out FILE --date YYYY-MM-DD]`: fits the step model to the used vLLM
 * rows and writes the coefficients, with the widths of intervals from left-out rows. Deterministic: the fit starts
 * at the priors, draws no random number and keeps nothing between runs. About two minutes on one core.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SCHEMES } from './cross-validation';
import { fitRows } from './fit';
import { DEFAULT_OBSERVATIONS, readObservations } from './observations';
import { printTables, tableBy } from './report';
import { rowsOf } from './rows';
import { covered, kindOf, type OutcomesByScheme, roundedSpreads, spreadsOf } from './spreads';
import { crossValidateWatched } from './watched';
import { coefficientsDocument } from './write-coefficients';

const { values } = parseArgs({
  options: {
    observations: { type: 'string', default: DEFAULT_OBSERVATIONS },
    out: { type: 'string', default: 'src/performance/data/coefficients.json' },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
  },
});

const { observations, hash } = readObservations(values.observations);
const { rows } = rowsOf(observations);
const used = rows.filter((row) => row.excluded === null);
console.log(
  `fitting ${used.length} rows of ${new Set(used.map((row) => row.configuration)).size} configurations`,
);
const fit = fitRows(used);
fit.parameters.forEach((p, j) => {
  const value = p.prior * Math.exp(fit.solution.theta[j]!);
  const error = Math.sqrt(fit.solution.covariance[j]![j]!);
  console.log(
    `${p.name.padEnd(44)} ${value.toPrecision(4).padStart(9)}  ±${(100 * error).toFixed(0)}%  (prior ${p.prior} ±${100 * p.spread}%)`,
  );
});

const outcomes = Object.fromEntries(
  SCHEMES.map((scheme) => {
    console.log(`leaving out one ${scheme} at a time`);
    return [scheme, crossValidateWatched(used, scheme)];
  }),
) as unknown as OutcomesByScheme;
for (const scheme of SCHEMES) {
  const judged = covered(outcomes, scheme);
  console.log(
    printTables({
      [`leave one ${scheme} out`]: tableBy(judged, () => 'all'),
      'by basis': tableBy(judged, (o) => o.basis),
      'by kind and basis': tableBy(judged, (o) => `${kindOf(o.row)}, ${o.basis}`),
    }),
  );
}

const document = coefficientsDocument({
  fit,
  rows: used,
  spreads: roundedSpreads(spreadsOf(outcomes, 'qwen3.5-serving', null)),
  dataHash: hash,
  dataFile: values.observations,
  date: values.date,
});
writeFileSync(values.out, `${JSON.stringify(document, null, 1)}\n`);
console.log(`wrote ${values.out} (${readFileSync(values.out).length} bytes)`);
