import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseOverlay } from '../../src/aws/catalogue/overlay';
import { localEnvironment } from './environment';
import { type Call, type Fault, type LocalAws, localAws } from './local-aws';
import { regionHandlers } from './region';

/** At random moments; CI asks for more. */
const INTERRUPTS = Number(process.env.INTERRUPTS ?? 3);
// Every test starts the program, which takes seconds where other work has the cores.
jest.setTimeout(120_000);
const OLD = '{"schemaVersion":1,"regions":{}}';

let folder: string;
let server: LocalAws;
let fault: (call: Call) => Fault | null = () => null;
const onCall: (() => void)[] = [];
beforeAll(async () => {
  server = await localAws(regionHandlers({ types: ['g6e.xlarge', 'p5.48xlarge'] }), (call) => {
    for (const told of onCall.splice(0)) told();
    return fault(call);
  });
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
  writeFileSync(path(), OLD);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const path = (): string => join(folder, 'catalogue.json');

interface Refresh {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null; err: string }>;
}
function refresh(more: Record<string, string> = {}): Refresh {
  const child = spawn(
    process.execPath,
    [join(process.cwd(), 'bin/qwen-selfhost.js'), 'catalog', 'refresh', '--out', path()],
    { env: { ...process.env, ...localEnvironment(server.url, folder), ...more } },
  );
  let err = '';
  child.stderr.on('data', (text) => {
    err += String(text);
  });
  const ended = new Promise<{ code: number | null; signal: string | null; err: string }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, err })),
  );
  return { child, ended };
}
const firstCall = (): Promise<void> => new Promise((resolve) => onCall.push(resolve));

test.each([
  ['SIGINT', 130, 'Ctrl-C'],
  ['SIGTERM', 143, 'SIGTERM'],
] as const)('%s while AWS answers nothing: at once, nothing written', async (signal, exitCode, by) => {
  fault = () => ({ kind: 'hang' });
  const { child, ended } = refresh();
  await firstCall();
  const sent = performance.now();
  child.kill(signal);
  const { code, err } = await ended;
  expect({ code, err }).toEqual({ code: exitCode, err: `error: stopped by ${by}; nothing was written\n` });
  expect((performance.now() - sent) / 1000).toBeLessThan(5);
  expect(readFileSync(path(), 'utf8')).toBe(OLD);
  expect(readdirSync(folder)).toEqual(['catalogue.json']);
});

test('Ctrl-C while a credential program hangs ends at once too', async () => {
  const started = join(folder, 'started');
  writeFileSync(
    join(folder, 'aws-config'),
    `[default]\ncredential_process=sh -c "touch ${started}; sleep 60"\n`,
  );
  const { child, ended } = refresh({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
  while (!existsSync(started)) await new Promise((resolve) => setTimeout(resolve, 20));
  const sent = performance.now();
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  expect((performance.now() - sent) / 1000).toBeLessThan(5);
  expect(readFileSync(path(), 'utf8')).toBe(OLD);
});

test(`Ctrl-C at ${INTERRUPTS} moments: the overlay is the old one or a whole new one, and the exit code says which`, async () => {
  fault = () => null;
  const first = firstCall();
  const whole = refresh();
  await first;
  const calling = performance.now();
  expect(await whole.ended).toMatchObject({ code: 0, err: '' });
  const lastsMs = performance.now() - calling;
  for (let turn = 0; turn < INTERRUPTS; turn++) {
    writeFileSync(path(), OLD);
    const called = firstCall();
    const { child, ended } = refresh();
    await called;
    await new Promise((resolve) => setTimeout(resolve, (lastsMs * turn) / Math.max(1, INTERRUPTS - 1)));
    child.kill('SIGINT');
    const { code, signal, err } = await ended;
    const text = readFileSync(path(), 'utf8');
    // Once nothing can be stopped any more, the program is at its end: then it is done, or ends by the signal itself.
    if (text === OLD)
      expect({ code, err }).toEqual({ code: 130, err: 'error: stopped by Ctrl-C; nothing was written\n' });
    else {
      expect(code === 0 || signal === 'SIGINT').toBe(true);
      expect(Object.keys((parseOverlay(text) as { regions: object }).regions)).toEqual(['us-east-1']);
    }
    expect(readdirSync(folder)).toEqual(['catalogue.json']);
  }
});
