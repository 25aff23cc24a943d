import { UserError } from '../errors';
import { type Calibration, isEngine, type Multiplier } from '../performance/calibration';
import type { Plan } from '../plan/schema';
import type { PlanningContext } from './candidate';
import type { Option } from './fleet';

/** The calibrations that speak of a model served by a release. @throws UserError when two speak of one GPU */
export function calibrationsFor(
  calibrations: readonly Calibration[],
  model: string,
  vllmVersion: string,
): Calibration[] {
  const ours = calibrations.filter((known) => misfit(known, model, vllmVersion) === null);
  const twice = ours.find(({ gpu }, i) => ours.findIndex((other) => other.gpu === gpu) !== i);
  if (twice === undefined) return ours;
  const files = ours.filter(({ gpu }) => gpu === twice.gpu).map(({ file }) => file);
  throw new UserError(
    `${files.join(' and ')} are both calibrations of ${model} on ${twice.gpu}; give one, or calibrate all their results together`,
  );
}

/** Why a calibration says nothing of a model served by a release, and what to do about it; null when it does. */
export function misfit(known: Calibration, model: string, vllmVersion: string): string | null {
  if (known.model !== model)
    return `it was measured with ${known.model}, and ${model} is planned; measure that one, or leave out --calibration`;
  if (known.vllmVersion !== vllmVersion)
    return `it was measured with vLLM ${known.vllmVersion}, and ${vllmVersion} is planned; plan with --vllm ${known.vllmVersion}, or measure again`;
  return null;
}

/** The section of the plan that names what it rests on; none without calibrations. */
export const calibrationUses = ({ calibrations }: PlanningContext): Pick<Plan, 'calibrations'> =>
  calibrations.length === 0
    ? {}
    : { calibrations: Object.fromEntries(calibrations.map((known) => [known.gpu, known])) };

/** What each calibration did to this plan, one sentence each. */
export const calibrationNotes = (chosen: Option, { calibrations }: PlanningContext): string[] =>
  calibrations.map((known) => `${nameOf(known)} ${effectOn(chosen, known)}`);

/** What to call a calibration in a sentence: its file, and enough of its hash and date to tell it from others. */
export const nameOf = ({ file, sha256, measuredAt }: Calibration): string =>
  `calibration ${file} (sha256 ${sha256.slice(0, 12)}, measured ${measuredAt.slice(0, 10)})`;

function effectOn({ design }: Option, known: Calibration): string {
  if (design.gpu.id !== known.gpu)
    return `speaks of ${known.gpu}, which is not chosen here: these predictions are not calibrated, only those it was compared with`;
  const engine = {
    checkpoint: design.checkpoint.key,
    layout: design.layout,
    kvCacheDtype: design.option.kvCacheDtype,
    mtpTokens: design.option.mtpTokens,
  };
  const learned = learnedText(known);
  if (learned === null) return NOTHING_LEARNED;
  const interval = isEngine(known, engine)
    ? 'intervals are those of this measured engine'
    : 'measured with other settings of this model on this GPU, so that intervals are those of a related engine';
  return `is applied: ${learned}; ${interval}`;
}

export const NOTHING_LEARNED = 'learned nothing: predictions are as without it';

/** Its multipliers in words; null when it has none. */
export function learnedText({ decode, prefill, ttft }: Calibration): string | null {
  const parts = [
    ...times('decode step', decode),
    ...times('prompt', prefill),
    ...times('time to the first token outside the prompt', ttft),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

const times = (part: string, { value, learned }: Multiplier): string[] =>
  learned ? [`${part} ${value} times the uncalibrated`] : [];
