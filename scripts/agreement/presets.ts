import fc from 'fast-check';
import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { resolveRequirements } from '../../src/requirements/resolve';
import { PRESET_NAMES, type PresetName } from '../../src/workload/presets';
import { type AgreementCase, ENGINE_AND_LENGTHS } from './cases';
import { type Compared, compare, FIGURES, type RunLength } from './compare';
import { line, printMisses } from './lines';

const { engine, caching, mtpTokens } = ENGINE_AND_LENGTHS;
/** Any of the engines under the traffic of any preset, without what its prompts share. */
const CASES = fc
  .record({
    engine,
    caching,
    mtpTokens,
    preset: fc.constantFrom(...PRESET_NAMES),
    thinking: fc.boolean(),
    utilisation: fc.double({ min: 0.05, max: 0.7, noNaN: true }),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  })
  .map(({ preset, thinking, ...load }) => ({ ...load, ...lengthsOf(preset, thinking), preset }));
export type PresetCase = AgreementCase & { readonly preset: PresetName };

export const samplePresets = (seed: number, count: number): readonly PresetCase[] =>
  fc.sample(CASES, { seed, numRuns: count });

/** Longest request of Qwen3.5 without YaRN: 95th percentiles near four times the mean have the longest tails of all. */
const MAX_MODEL_LEN = 262_144;
const MAX_NUM_SEQS = 256;

function lengthsOf(preset: PresetName, thinking: boolean) {
  const { requirements } = resolveRequirements(
    { model: 'Qwen3.5-9B', workload: { preset, thinking } },
    EMBEDDED_CATALOGUE,
  );
  const { inputTokens, outputTokens } = requirements.workload;
  return {
    inputTokens: inputTokens.mean,
    promptSpread: inputTokens.p95 / inputTokens.mean,
    outputTokens: outputTokens.mean,
    spread: outputTokens.p95 / outputTokens.mean,
    maxNumSeqs: MAX_NUM_SEQS,
    maxModelLen: MAX_MODEL_LEN,
  };
}

export type ComparedPreset = Compared & { readonly case: PresetCase };

/** Null as `compare` is. */
export function comparePreset(c: PresetCase, run: RunLength): ComparedPreset | null {
  const compared = compare(c, run);
  return compared === null ? null : { ...compared, case: c };
}

/** Prints closed form against simulation for each preset. */
export function printPresets(seed: number, count: number, run: RunLength): void {
  const compared = samplePresets(seed, count).flatMap((c) => comparePreset(c, run) ?? []);
  for (const figure of FIGURES)
    for (const name of PRESET_NAMES)
      line(
        name,
        compared.filter((c) => c.case.preset === name),
        figure,
      );
  printMisses(compared);
}
