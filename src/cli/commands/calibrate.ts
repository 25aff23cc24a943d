import { createHash } from 'node:crypto';
import { Command } from 'commander';
import { calibrate } from '../../bench/calibrate';
import { type CalibrationFile, serializeCalibration } from '../../bench/calibration-file';
import { parseResult } from '../../bench/result';
import { readText, writeText } from '../files';
import type { Streams } from '../streams';

/** `calibrate RESULT…`: what benchmarks taught, as an input of the next plan. */
export function calibrateCommand(streams: Streams): Command {
  return new Command('calibrate')
    .description('turn benchmark results into a calibration of the performance model, for the next plan')
    .argument('<RESULT...>', 'result documents of one engine, written by qwen-selfhost bench --out')
    .option('--out <file>', 'where to write the calibration', 'calibration.json')
    .option('--json', 'print the calibration instead of what it says, and write no file')
    .action((files: string[], options: { out: string; json?: boolean }) => {
      const results = files.map((file) => {
        const text = readText(file);
        return { result: parseResult(text, file), sha256: createHash('sha256').update(text).digest('hex') };
      });
      const calibration = calibrate(results);
      const text = serializeCalibration(calibration);
      if (options.json) {
        streams.out(text);
        return;
      }
      writeText(options.out, text);
      streams.out(`${report(calibration)}\nWrote ${options.out}\n`);
    });
}

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
