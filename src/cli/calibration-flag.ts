import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { Option } from 'commander';
import { calibrationOf, parseCalibration } from '../bench/calibration-file';
import { UserError } from '../errors';
import type { Calibration } from '../performance/calibration';
import type { Plan } from '../plan/schema';
import { learnedText, misfit, NOTHING_LEARNED, nameOf } from '../planning/calibrations';
import { readText } from './read-text';

export interface CalibrationOptions {
  readonly calibration?: string[];
}

/** `--calibration FILE`, repeatable: what `calibrate` learned from benchmarks. */
export const calibrationOption = (): Option =>
  new Option(
    '--calibration <file>',
    'what benchmarks taught, written by qwen-selfhost calibrate; repeatable for several GPUs or models',
  ).argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);

/** The calibrations of the flag. @throws UserError when a file is none, or of other performance data */
export const calibrationsOf = ({ calibration = [] }: CalibrationOptions): Calibration[] =>
  calibration.map((path) => {
    const text = readText(path);
    return calibrationOf({
      document: parseCalibration(text, path),
      file: basename(path),
      sha256: createHash('sha256').update(text).digest('hex'),
    });
  });

/** The calibration of one engine; null without one. @throws UserError for one of another model, GPU or release */
export function oneCalibration(
  options: CalibrationOptions,
  model: string,
  gpu: string,
  vllmVersion: string,
): Calibration | null {
  const [known, ...more] = calibrationsOf(options);
  if (known === undefined) return null;
  if (more.length > 0) throw new UserError('--calibration: give one file, that of the engine asked for');
  const reason =
    misfit(known, model, vllmVersion) ??
    (known.gpu === gpu
      ? null
      : `it was measured on ${known.gpu}, and --gpu is ${gpu}; measure that one, or leave out --calibration`);
  if (reason !== null) throw new UserError(`--calibration ${known.file}: ${reason}`);
  return known;
}

/** What a calibration did to a prediction, one sentence. */
export const calibrationText = (known: Calibration): string =>
  `Corrected by ${nameOf(known)}: ${learnedText(known) ?? NOTHING_LEARNED}.`;

/** How JSON output names the calibration it rests on. */
export const calibrationDocument = (known: Calibration | null) =>
  known && { file: known.file, sha256: known.sha256, measuredAt: known.measuredAt };

/** @throws UserError for a calibration that no plan could use: it would be ignored in silence */
export function refuseUnused(
  calibrations: readonly Calibration[],
  services: readonly Pick<Plan, 'requirements'>[],
): void {
  for (const known of calibrations) {
    const reasons = services.map(({ requirements }) =>
      misfit(known, requirements.model, requirements.vllmVersion),
    );
    if (reasons.every((reason) => reason !== null))
      throw new UserError(`--calibration ${known.file}: ${reasons[0]}`);
  }
}
