/**
 * `npm run bench:client [SECONDS]`: whether the client keeps up with 2,000 streams and 20,000 tokens a second beside a
 * server of its own on this machine: its lag, its memory, and what it measured against what was played.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
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
const MEMORY_EVERY_SECONDS = 15;

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
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
  setTimeout(() => lag.start(), WARM_UP_SECONDS * 1000);
  setTimeout(() => lag.stop(), (WARM_UP_SECONDS + seconds) * 1000);
  const memory = setInterval(
    () =>
      process.stdout.write(
        `memory ${mebibytes(process.memoryUsage().rss)}, heap ${mebibytes(process.memoryUsage().heapUsed)}\n`,
      ),
    MEMORY_EVERY_SECONDS * 1000,
  );
  const cpu = process.cpuUsage();
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
  const m = recorder.measure(started + WARM_UP_SECONDS + seconds, null);
  process.stdout.write(
    `${driven.maxInFlight} streams at once, ${m.outputTokensPerSecond.toFixed(0)} tokens/s for ${seconds} s, ${m.requests.succeeded} answers, errors ${JSON.stringify(m.requests.errors)}\n` +
      `client lag p50 ${millis(lag.quantile(0.5))}, p99 ${millis(lag.quantile(0.99))}, p99.9 ${millis(lag.quantile(0.999))}; cores used ${((user + system) / 1e6 / (driven.endedAt - driven.startedAt)).toFixed(2)}\n` +
      `gap played ${millis(1 / TOKENS_PER_SECOND)}: TPOT p50 ${millis(m.tpotSeconds?.p50 ?? 0)} p99 ${millis(m.tpotSeconds?.p99 ?? 0)}, ITL p50 ${millis(m.itlSeconds?.p50 ?? 0)} p99 ${millis(m.itlSeconds?.p99 ?? 0)}\n`,
  );
  target.close();
  server.stdin.end();
}

void main(Number(process.argv[2] ?? 60));
