import { createHash } from 'node:crypto';
import { Command } from 'commander';
import { calibrate } from '../../bench/calibrate';
import { type CalibrationFile, serializeCalibration } from '../../bench/calibration-file';
import { parseResult } from '../../bench/result';
import { shellWord } from '../../vllm/quoting';
import { writeText } from '../files';
import { readText } from '../read-text';
import type { Streams } from '../streams';

const DEFAULT_OUT = 'calibration.json';

/** `calibrate RESULT…`: what benchmarks taught, as an input of the next plan. */
export function calibrateCommand(streams: Streams): Command {
  return new Command('calibrate')
    .description('turn benchmark results into a calibration of the performance model, for the next plan')
    .argument('<RESULT...>', 'result documents of one engine, written by qwen-selfhost bench --out')
    .option('--out <file>', `where to write the calibration (default: ${DEFAULT_OUT})`)
    .option(
      '--json',
      'print the calibration instead of what it says, and write no file unless --out is given',
    )
    .action((files: string[], options: { out?: string; json?: boolean }) => {
      const results = files.map((file) => {
        const text = readText(file);
        return { result: parseResult(text, file), sha256: createHash('sha256').update(text).digest('hex') };
      });
      const calibration = calibrate(results);
      const text = serializeCalibration(calibration);
      const out = options.out ?? (options.json ? undefined : DEFAULT_OUT);
      if (out !== undefined) writeText(out, text);
      streams.out(
        options.json
          ? text
          : `${report(calibration)}\nWrote ${out}\n${next(calibration, out ?? DEFAULT_OUT, streams.program)}`,
      );
    });
}

const next = ({ multipliers, engine }: CalibrationFile, out: string, program: string): string =>
  Object.values(multipliers).some(({ learned }) => learned)
    ? `Next: ${program} plan --model ${engine.model} --calibration ${shellWord(out)}\n`
    : `Next: measure at least two loads, for example with ${program} bench --sweep\n`;

function report({ multipliers, notes, engine }: CalibrationFile): string {
  const lines = [multipliers.decode, multipliers.prefill, multipliers.ttft].map(
    ({ says, remainingSd }) =>
      `  - ${says}; 80% of predictions within a factor of ${Math.exp(1.2816 * remainingSd).toFixed(2)}\n`,
  );
  return [
    `Calibration of ${engine.model} ${engine.checkpoint} on ${engine.gpu}, vLLM ${engine.vllmVersion}\n`,
    ...lines,
    ...notes.map((note) => `  - ${note}\n`),
  ].join('');
}
