import type { Prediction } from '../../performance/prediction';
import type { StepTerms } from '../../performance/step';
import { interval, number, seconds } from '../../report/format';
import { table, wrap } from '../../report/table';
import { calibrationText } from '../calibration-flag';
import type { EngineSetup } from './engine-setup';

const BASIS_TEXT = {
  measured: 'measured: this model on this GPU is in the calibration data',
  related: 'related: this GPU was measured with other models only',
  datasheet: 'datasheet: this GPU was never measured, expect more surprise than the interval says',
} as const;

const LIMIT_TEXT = {
  bandwidth: 'memory bandwidth: reading weights and states',
  compute: 'compute: prefill and large batches',
  communication: 'communication between GPUs',
  KV: 'the KV cache: its reads, or how many sequences it holds',
  scheduler: 'the scheduler: per-step and per-sequence overhead, or max-num-seqs',
} as const;

const TERMS: readonly [Exclude<keyof StepTerms, 'total'>, string][] = [
  ['weights', 'read weights'],
  ['compute', 'compute (overlaps weights)'],
  ['kv', 'read KV cache'],
  ['state', 'read and write GDN states'],
  ['overhead', 'kernels, sampling, host'],
  ['communication', 'communication'],
  ['draft', 'draft tokens'],
];

/** A prediction for people: the figures, what limits, and what a step costs term by term. */
export function predictionReport(
  { model, checkpoint, gpu, layout, calibration, notes }: EngineSetup,
  p: Prediction,
  columns: number,
): string {
  const lines = [
    `${model.name} ${checkpoint.key} on ${gpu.id}, TP ${layout.tensorParallel}, DP ${layout.dataParallel}, PP ${layout.pipelineParallel}: means, with 80% intervals`,
    `time to first token    ${p.ttftSeconds === null ? 'grows without bound' : interval(p.ttftSeconds, seconds)}`,
    `time per output token  ${interval(p.tpotSeconds, seconds)}`,
    `output                 ${interval(p.outputTokensPerSecond, number)} tokens/s, ${number(p.requestsPerSecond)} requests/s`,
    `Rests on ${BASIS_TEXT[p.basis]}.`,
    ...(calibration === null ? [] : [calibrationText(calibration)]),
    `Limited by ${LIMIT_TEXT[p.limitedBy]}; ${(100 * p.utilisation).toFixed(0)}% used, ${number(p.decodeBatch)} sequences decode at once.`,
  ];
  if (!p.stable) {
    lines.push(
      'UNSTABLE: requests come faster than they are served; the token figures are those of the highest rate that is.',
    );
  } else if (p.regime === 'loaded') {
    lines.push(
      'Near saturation or short of KV memory: small errors become large ones here, so the intervals are wide.',
    );
  }
  lines.push(...notes);
  const rows = TERMS.filter(([term]) => p.terms[term] > 0).map(([term, name]) => [
    name,
    seconds(p.terms[term]),
    `${((100 * p.terms[term]) / p.terms.total).toFixed(0)}%`,
  ]);
  rows.push(['decode step', seconds(p.terms.total), ''], ['one prefill adds', seconds(p.prefillSeconds), '']);
  const steps = table(['a step', 'time', 'of the step'], rows, { rightAligned: [1, 2], columns });
  return `${lines.map((line) => wrap(line, columns, '  ')).join('\n')}\n\n${steps}`;
}
