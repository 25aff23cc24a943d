import * as z from 'zod';
import { calibrationSchema } from '../../bench/calibration-file';
import { resultSchema } from '../../bench/result';
import { planSchema } from '../../plan/schema';
import { reportSchema } from '../../report/data';
import { requirementsJsonSchema } from '../../requirements/input';
import { addressSchema } from './address';
import { figuresSchema, refreshSchema } from './catalog';
import { commandLineSchema } from './command-line';
import { differencesSchema } from './differences';
import { errorSchema } from './error';
import { explanationSchema } from './explanation';
import { memorySchema } from './memory';
import { modelsSchema } from './models';
import { plansSchema } from './plans';
import { predictionSchema } from './prediction';
import { preflightSchema } from './preflight';
import { simulationSchema } from './simulation';
import { smokeSchema } from './smoke';
import { writtenSchema } from './written';

const of = (schema: z.ZodType) => (): object => z.toJSONSchema(schema);

/**
 * Every published JSON Schema by name: `schema --of NAME` prints it, `docs/schema/NAME.schema.json` holds it. A new
 * command adds its document here, and to `OUTPUTS`; `test/cli/json.test.ts` runs it and validates what it prints.
 */
export const SCHEMAS = {
  requirements: () => requirementsJsonSchema() as object,
  plan: of(planSchema),
  plans: of(plansSchema),
  report: of(reportSchema),
  explanation: of(explanationSchema),
  differences: of(differencesSchema),
  written: of(writtenSchema),
  models: of(modelsSchema),
  memory: of(memorySchema),
  'command-line': of(commandLineSchema),
  prediction: of(predictionSchema),
  simulation: of(simulationSchema),
  'bench-result': of(resultSchema),
  smoke: of(smokeSchema),
  calibration: of(calibrationSchema),
  'catalog-refresh': of(refreshSchema),
  'catalog-figures': of(figuresSchema),
  preflight: of(preflightSchema),
  address: of(addressSchema),
  error: of(errorSchema),
} as const satisfies Readonly<Record<string, () => object>>;
export type SchemaName = keyof typeof SCHEMAS;
export const SCHEMA_NAMES = Object.keys(SCHEMAS) as SchemaName[];

/** Which of them stdout holds under `--json`, by command; `error` where a command fails before it has printed one. */
export const OUTPUTS: Readonly<Record<string, readonly SchemaName[]>> = {
  init: ['written'],
  plan: ['plan', 'plans'],
  start: ['plan', 'plans'],
  report: ['report'],
  explain: ['explanation'],
  diff: ['differences'],
  synth: ['written'],
  models: ['models'],
  memory: ['memory'],
  'vllm-args': ['command-line'],
  predict: ['prediction'],
  simulate: ['simulation'],
  bench: ['bench-result'],
  'bench --smoke': ['smoke'],
  calibrate: ['calibration'],
  'catalog refresh': ['catalog-refresh'],
  'catalog show': ['catalog-figures'],
  preflight: ['preflight'],
  serve: ['address'],
};
