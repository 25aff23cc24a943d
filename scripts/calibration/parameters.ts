/** What is fitted: each coefficient's prior, and which rows it can change. */
import type { Coefficients } from '../../src/performance/coefficients';
import type { GpuClass } from '../../src/performance/features';
import type { Row } from './rows';

/** Coefficients of the product, plus those that only the calibration data needs. */
export interface FitCoefficients extends Coefficients {
  /** Overhead of vLLM up to 0.12 relative to later ones. */
  readonly oldEngineFactor: number;
  readonly oldSequenceFactor: number;
  readonly oldRequestFactor: number;
  /** KV reads of sequences that share one cached prefix (an artefact of one benchmark). */
  readonly sharedPrefixKvEfficiency: number;
}

type Mutable<T> = {
  -readonly [K in keyof T]: T[K] extends Readonly<Record<GpuClass, number>> ? Record<GpuClass, number> : T[K];
};
export type Draft = Mutable<FitCoefficients>;

export interface Parameter {
  readonly name: string;
  readonly prior: number;
  /** Prior standard deviation of the logarithm. */
  readonly spread: number;
  readonly affects: (row: Row) => boolean;
  /** Writes the value; random effects of a group are written per group instead. */
  readonly write: (draft: Draft, value: number) => void;
  /** A multiplier of one model on one GPU: applies only to rows of this group. */
  readonly group?: { readonly key: string; readonly factor: Factor };
}

export type Factor = 'decodeFactor' | 'prefillFactor' | 'requestFactor' | 'sequenceFactor';

type ScalarName = {
  [K in keyof FitCoefficients]-?: FitCoefficients[K] extends number ? K : never;
}[keyof FitCoefficients];

const all = (): boolean => true;
const serving = (row: Row): boolean => row.phase === 'serving';
const notDecode = (row: Row): boolean => row.phase !== 'decode-steady';
const usesFlops = (kind: 'bf16' | 'fp8' | 'fp4') => (row: Row) =>
  row.features.denseFlop[kind] + row.features.expertFlop[kind] > 0;
const moe = (row: Row): boolean => row.features.moeLayers > 0;
const gdn = (row: Row): boolean => row.features.gdnLayers > 0;
const split = (nvlink: boolean) => (row: Row) =>
  row.features.nvlink === nvlink && (row.features.tensorParallel > 1 || row.features.dataParallel > 1);

const scalar = (
  name: ScalarName,
  prior: number,
  spread: number,
  affects: (row: Row) => boolean = all,
): Parameter => ({
  name,
  prior,
  spread,
  affects,
  write: (draft, value) => {
    (draft as Record<string, unknown>)[name] = value;
  },
});

const byClass = (
  field: 'bandwidthFactor' | 'computeFactor' | 'layerOverheadFactor',
  gpuClass: GpuClass,
  prior: number,
  spread: number,
): Parameter => ({
  name: `${field}.${gpuClass}`,
  prior,
  spread,
  affects: (row) => row.features.gpuClass === gpuClass,
  write: (draft, value) => {
    draft[field][gpuClass] = value;
  },
});

/** Physics: priors from datasheets and published kernels, wide enough for the data to speak. */
export const PHYSICS: readonly Parameter[] = [
  scalar('weightReadEfficiency', 0.85, 0.1),
  scalar('kvReadEfficiency', 0.7, 0.25),
  scalar('stateEfficiency', 0.7, 0.3, gdn),
  scalar('attentionLayerMicros', 25, 0.4),
  scalar('gdnLayerMicros', 45, 0.4, gdn),
  scalar('moeLayerMicros', 20, 0.4, moe),
  scalar('sharedExpertLayerMicros', 15, 0.5, (row) => row.features.sharedExpertLayers > 0),
  scalar('stepMillis', 0.6, 0.6),
  scalar('sequenceMillis', 0.03, 0.5),
  scalar('draftSequenceMillis', 0.04, 0.5, (row) => row.features.mtpTokens > 0),
  scalar('mfuBf16', 0.7, 0.15),
  scalar('mfuFp8', 0.6, 0.2, usesFlops('fp8')),
  scalar('mfuFp4', 0.45, 0.3, usesFlops('fp4')),
  scalar('moeMfuRatio', 0.5, 0.4, moe),
  scalar('routingSpread', 0.8, 0.3, moe),
  scalar('nvlinkLatencyMicros', 3, 0.6, split(true)),
  scalar('nvlinkEfficiency', 0.75, 0.2, split(true)),
  scalar('pcieLatencyMicros', 10, 0.5, split(false)),
  scalar('pcieHopMicros', 4, 0.6, split(false)),
  scalar('pcieEfficiency', 0.7, 0.25, split(false)),
  scalar('hostStagedLink', 0.5, 0.3, (row) => row.features.hostStaged),
  scalar('requestMillis', 25, 0.5, serving),
  scalar('promptTokenMicros', 1.5, 0.6, serving),
  scalar('burstShare', 1.2, 0.3, serving),
  scalar('gdnPrefillMicros', 0.005, 0.6, (row) => gdn(row) && notDecode(row)),
  scalar('mtpAcceptance', 0.66, 0.15, (row) => row.features.mtpTokens > 0),
  scalar('int4ReadEfficiency', 0.85, 0.2, (row) => row.features.expertsWeightOnlyInt4),
  scalar('fp4ReadEfficiency', 0.85, 0.2, (row) => row.features.denseFp4WeightBytes > 0),
  scalar('mixedStepLayerMicros', 80, 0.5, notDecode),
  scalar('oldEngineFactor', 1.3, 0.2, (row) => row.oldEngine),
  scalar('oldSequenceFactor', 1.5, 0.3, (row) => row.oldEngine),
  scalar('oldRequestFactor', 1.2, 0.25, (row) => row.oldEngine && serving(row)),
  scalar('sharedPrefixKvEfficiency', 3, 0.5, (row) => row.phase === 'decode-steady'),
  byClass('bandwidthFactor', 'blackwell-dc', 1, 0.12),
  byClass('bandwidthFactor', 'blackwell-rtx', 1, 0.12),
  byClass('bandwidthFactor', 'ada', 1, 0.12),
  byClass('bandwidthFactor', 'ampere', 1, 0.12),
  byClass('computeFactor', 'blackwell-dc', 1, 0.3),
  byClass('computeFactor', 'blackwell-rtx', 1, 0.3),
  byClass('computeFactor', 'ada', 0.8, 0.3),
  byClass('computeFactor', 'ampere', 0.9, 0.3),
  byClass('layerOverheadFactor', 'blackwell-dc', 1, 0.2),
];

export const groupOf = (row: { readonly model: string; readonly gpu: string }): string =>
  `${row.model}|${row.gpu}`;

/** How far one model on one GPU may stand from the physics: standard deviation of the logarithm. */
export const EFFECT_SPREAD: Readonly<Record<Factor, number>> = {
  decodeFactor: 0.1,
  prefillFactor: 0.15,
  requestFactor: 0.4,
  sequenceFactor: 0.4,
};

/** Random effects of every model x GPU in the rows, shrunk towards none. */
export function groupEffects(rows: readonly Row[], spread = EFFECT_SPREAD): Parameter[] {
  const keys = [...new Set(rows.map(groupOf))].sort();
  return keys.flatMap((key) =>
    (Object.entries(spread) as [Factor, number][])
      .filter(([, s]) => s > 0)
      .map(([factor, s]) => ({
        name: `${factor}.${key}`,
        prior: 1,
        spread: s,
        affects: (row: Row) => groupOf(row) === key,
        write: () => undefined,
        group: { key, factor },
      })),
  );
}

/** The smallest tile of vLLM's fused MoE kernels (`fused_moe.py`, BLOCK_SIZE_M). */
const EXPERT_TILE_ROWS = 16;

const CLASSES: readonly GpuClass[] = ['hopper', 'ampere', 'ada', 'blackwell-dc', 'blackwell-rtx'];
const ones = (): Record<GpuClass, number> =>
  Object.fromEntries(CLASSES.map((c) => [c, 1])) as Record<GpuClass, number>;

/** Coefficients for each group of rows at theta. */
export function coefficientsAt(
  parameters: readonly Parameter[],
  theta: Float64Array,
): (group: string) => FitCoefficients {
  const draft = {
    selfInterference: 0,
    expertTileRows: EXPERT_TILE_ROWS,
    bandwidthFactor: ones(),
    computeFactor: ones(),
    layerOverheadFactor: ones(),
  } as Draft;
  const effects = new Map<string, Partial<Record<Factor, number>>>();
  parameters.forEach((p, j) => {
    const value = p.prior * Math.exp(theta[j]!);
    if (p.group === undefined) p.write(draft, value);
    else effects.set(p.group.key, { ...effects.get(p.group.key), [p.group.factor]: value });
  });
  const byGroup = new Map<string, FitCoefficients>();
  return (group) => {
    let found = byGroup.get(group);
    if (found === undefined) {
      found = {
        decodeFactor: 1,
        prefillFactor: 1,
        requestFactor: 1,
        sequenceFactor: 1,
        ...draft,
        ...effects.get(group),
      };
      byGroup.set(group, found);
    }
    return found;
  };
}
