import { standardStreams } from '../../src/cli/streams';

const started = (env: Record<string, string>, isTTY = true) =>
  standardStreams({
    ...process,
    stdout: { isTTY, columns: 90 },
    stderr: { isTTY },
    argv: [],
    cwd: () => '/',
    env,
  } as unknown as typeof process);

test('colours are for a terminal that has them, and whoever wants them', () => {
  expect(started({ TERM: 'xterm' }).colour).toBe(true);
  expect(started({ TERM: 'xterm' }, false).colour).toBe(false);
  expect(started({ TERM: 'xterm', NO_COLOR: '1' }).colour).toBe(false);
  expect(started({ TERM: 'dumb' }).colour).toBe(false);
});
