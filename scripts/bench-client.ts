/**
 * `npm run bench:client [SECONDS]`: whether the client keeps up with 2,000 streams and 20,000 tokens a second beside a
 * server of its own on this machine: its lag, its memory, and what it measured against what was played. Exit code 1
 * when a target is missed; how busy the machine was with other work is printed beside it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { write } from '../src/bench/asks';
import { nowSeconds } from '../src/bench/clock';
import { drive } from '../src/bench/drive';
import { LagMeter } from '../src/bench/lag';
import { Recorder } from '../src/bench/recorder';
import { openTarget } from '../src/bench/target';

const STREAMS = 2000;
const TOKENS_PER_SECOND = 10;
const TOKENS_PER_ANSWER = 200;
/** Until all streams have begun, and a little more. */
const WARM_UP_SECONDS = 22;
const MEMORY_EVERY_SECONDS = 5;

const MOST_LAG_SECONDS = 0.005;
/** Random phases leave a second's tokens a little above or below the pace. */
const LEAST_TOKENS_PER_SECOND = 0.99 * STREAMS * TOKENS_PER_SECOND;
/**
 * Flat: what is live after garbage collection grows only by the numbers that exact percentiles need of each request (56
 * bytes, and half as much room again in arrays that grow), and by what else comes and goes.
 */
const MOST_GROWTH_BYTES_PER_ANSWER = 84;
const COMES_AND_GOES_BYTES = 2 ** 20;

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const millis = (seconds: number): string => `${(seconds * 1000).toFixed(2)} ms`;

async function main(seconds: number): Promise<void> {
  const server = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(__dirname, 'bench-client', 'server.ts'),
      `${TOKENS_PER_SECOND}`,
      `${TOKENS_PER_ANSWER}`,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const [port] = (await once(server.stdout, 'data')) as [Buffer];
  const target = openTarget({ url: `http://127.0.0.1:${port.toString().trim()}`, maxSockets: STREAMS + 4 });
  const ask = write('measure this', 32, TOKENS_PER_ANSWER, { api: 'chat', model: 'm', ignoreEos: true });
  const started = nowSeconds();
  const recorder = new Recorder(started + WARM_UP_SECONDS, started + WARM_UP_SECONDS + seconds, nowSeconds);
  const lag = new LagMeter();
  // Collecting garbage stops the client: before its lag is watched, and after.
  let [liveBefore, liveAfter] = [0, 0];
  setTimeout(() => {
    liveBefore = liveBytes();
    lag.start();
  }, WARM_UP_SECONDS * 1000);
  setTimeout(
    () => {
      lag.stop();
      liveAfter = liveBytes();
    },
    (WARM_UP_SECONDS + seconds) * 1000,
  );
  const resident: number[] = [];
  const memory = setInterval(() => resident.push(process.memoryUsage.rss()), MEMORY_EVERY_SECONDS * 1000);
  const cpu = process.cpuUsage();
  const machine = busySeconds();
  const driven = await drive({
    target,
    pace: { kind: 'closed', concurrency: STREAMS },
    nextAsk: () => ask,
    durationSeconds: WARM_UP_SECONDS + seconds,
    maxRequests: 1e6,
    maxInFlight: STREAMS,
    limits: { stallSeconds: 30, requestSeconds: 60 },
    onOutcome: (outcome) => recorder.outcome(outcome),
    onGap: (gap) => recorder.gap(gap),
  });
  clearInterval(memory);
  const { user, system } = process.cpuUsage(cpu);
  const lasted = driven.endedAt - driven.startedAt;
  const m = recorder.measure(started + WARM_UP_SECONDS + seconds, null);
  const lagP99 = lag.quantile(0.99);
  process.stdout.write(
    `${driven.maxInFlight} streams at once, ${m.outputTokensPerSecond.toFixed(0)} tokens/s for ${seconds} s, ${m.requests.succeeded} answers, errors ${JSON.stringify(m.requests.errors)}\n` +
      `client lag p50 ${millis(lag.quantile(0.5))}, p99 ${millis(lagP99)}, p99.9 ${millis(lag.quantile(0.999))}\n` +
      `cores used: client ${((user + system) / 1e6 / lasted).toFixed(2)}, everything on this machine ${((busySeconds() - machine) / lasted).toFixed(2)} of ${cpus().length}\n` +
      `memory: live ${mebibytes(liveBefore)} after the warm-up, ${mebibytes(liveAfter)} at the end; resident ${mebibytes(Math.min(...resident))} to ${mebibytes(Math.max(...resident))}\n` +
      `gap played ${millis(1 / TOKENS_PER_SECOND)}: TPOT p50 ${millis(m.tpotSeconds?.p50 ?? 0)} p99 ${millis(m.tpotSeconds?.p99 ?? 0)}, ITL p50 ${millis(m.itlSeconds?.p50 ?? 0)} p99 ${millis(m.itlSeconds?.p99 ?? 0)}\n`,
  );
  target.close();
  server.stdin.end();
  const targets: readonly (readonly [string, boolean])[] = [
    [`${STREAMS} streams at once`, driven.maxInFlight >= STREAMS],
    [`${LEAST_TOKENS_PER_SECOND} tokens/s`, m.outputTokensPerSecond >= LEAST_TOKENS_PER_SECOND],
    ['no request failed', m.requests.succeeded === m.requests.measured && m.requests.measured > 0],
    [`lag p99 below ${millis(MOST_LAG_SECONDS)}`, lagP99 > 0 && lagP99 < MOST_LAG_SECONDS],
    [
      `memory flat: ${MOST_GROWTH_BYTES_PER_ANSWER} bytes an answer, and ${mebibytes(COMES_AND_GOES_BYTES)}`,
      liveAfter - liveBefore < MOST_GROWTH_BYTES_PER_ANSWER * m.requests.measured + COMES_AND_GOES_BYTES,
    ],
  ];
  for (const [target, met] of targets) process.stdout.write(`${met ? 'met   ' : 'MISSED'} ${target}\n`);
  process.exitCode = targets.every(([, met]) => met) ? 0 : 1;
}

/** Seconds that all cores of this machine have worked since it started. */
const busySeconds = (): number =>
  cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + (user + nice + sys + irq) / 1000, 0);

/** Bytes in use once garbage is collected, buffers outside the heap included. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

void main(Number(process.argv[2] ?? 60));
