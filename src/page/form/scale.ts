import type { NumberField } from './field';

/** Positions of a slider: fine enough that every third digit can be hit. */
export const STEPS = 1000;

/** Where a value lies on a field's slider, 0 to STEPS; beyond the ends, the end. */
export function positionOf({ min, max, scale }: NumberField, value: number): number {
  const share = scale === 'log' ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return Number.isFinite(share) ? Math.round(Math.min(1, Math.max(0, share)) * STEPS) : 0;
}

/** The value of a slider's position, in digits a person would choose: two significant ones, whole where it must be. */
export function valueAt({ min, max, scale, whole }: NumberField, position: number): number {
  const share = position / STEPS;
  const exact = scale === 'log' ? min * (max / min) ** share : min + (max - min) * share;
  if (position <= 0) return min;
  if (position >= STEPS) return max;
  const round = scale === 'log' ? Number(exact.toPrecision(2)) : Number(exact.toFixed(2));
  return Math.min(max, Math.max(min, whole ? Math.round(round) : round));
}
