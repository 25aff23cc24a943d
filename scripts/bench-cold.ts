/**
 * `npm run bench:cold`: seconds a user waits, each run a process of its own: `--help`, `plan` (also where it looks for
 * mixes of fleets long), and `npx cdktf synth` of one plan beside an app that has no stack. Medians; goals are at most
 * 1.5 s for every `plan` and at most 3 s over the empty app.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const RUNS = 5;
const MOST_PLAN_SECONDS = 1.5;
/** Where a mix of fleets may be cheaper: most of the time goes into looking for it. */
const WITH_MIXES = [
  ['Qwen3.5-9B', '5'],
  ['Qwen3.5-35B-A3B', '50'],
  ['Qwen3.5-122B-A10B', '50'],
  ['Qwen3.5-397B-A17B', '20'],
] as const;
const root = join(__dirname, '..');
const program = join(root, 'bin', 'qwen-selfhost.js');

const EMPTY_APP = `const { App } = require('${join(root, 'node_modules', 'cdktf', 'lib', 'app')}'); new App().synth();`;

/** A folder with a cdktf.json that runs `app`, as a user's clone has one. */
function appFolder(app: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cold-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  cpSync(join(root, 'selfhost.yaml'), join(folder, 'selfhost.yaml'));
  writeFileSync(
    join(folder, 'cdktf.json'),
    JSON.stringify({ language: 'typescript', app, projectId: 'bench-cold', sendCrashReports: 'false' }),
  );
  return folder;
}

function medianSeconds(cwd: string, command: string, ...args: string[]): number {
  const times = Array.from({ length: RUNS }, () => {
    const start = process.hrtime.bigint();
    const { status, stderr } = spawnSync(command, args, {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, CHECKPOINT_DISABLE: '1' },
    });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
    return Number(process.hrtime.bigint() - start) / 1e9;
  });
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

const ours = appFolder(`node ${join(root, 'bin', 'cdktf-app.js')}`);
const empty = appFolder('node empty.js');
writeFileSync(join(empty, 'empty.js'), EMPTY_APP);
try {
  const cdktf = join(root, 'node_modules', '.bin', 'cdktf');
  const show = (what: string, seconds: number): number => {
    process.stdout.write(`${what.padEnd(45)} ${seconds.toFixed(2)} s\n`);
    return seconds;
  };
  const planned = (...flags: string[]): number =>
    show(
      ['qwen-selfhost plan', ...flags].join(' '),
      medianSeconds(ours, process.execPath, program, 'plan', ...flags, '--out', 'p.json'),
    );
  show('qwen-selfhost --help', medianSeconds(ours, process.execPath, program, '--help'));
  const plans = [planned(), ...WITH_MIXES.map(([model, rate]) => planned('--model', model, '--rate', rate))];
  const nothing = show('cdktf synth, empty app', medianSeconds(empty, cdktf, 'synth'));
  const one = show('cdktf synth, one plan', medianSeconds(ours, cdktf, 'synth'));
  show('one plan over empty app', one - nothing);
  const slowest = Math.max(...plans);
  process.stdout.write(
    `${slowest <= MOST_PLAN_SECONDS ? 'met   ' : 'MISSED'} every plan in ${MOST_PLAN_SECONDS} s\n`,
  );
} finally {
  for (const folder of [ours, empty]) rmSync(folder, { recursive: true, force: true });
}
