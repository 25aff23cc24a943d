import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { servePage } from '../../src/cli/page/server';
import { run } from '../../src/cli/program';
import { bufferStreams } from '../../src/cli/streams';

interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** One request with exactly these words; fetch would mend path and Host. */
function ask(url: string, path: string, method = 'GET', host?: string): Promise<Response> {
  const { hostname, port, host: own } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers: { host: host ?? own } }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('serves its page on loopback, and nothing else to nobody else', async () => {
  const { url, close } = await servePage('<p>the page</p>', 0);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const { port } = new URL(url);
  const page = await ask(url, '/');
  expect(page).toMatchObject({ status: 200, body: '<p>the page</p>' });
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  expect((await ask(url, '/?utm=1')).status).toBe(200);
  expect((await ask(url, '/index.html', 'GET', `localhost:${port}`)).status).toBe(200);
  expect(await ask(url, '/', 'HEAD')).toMatchObject({ status: 200, body: '' });
  for (const path of [
    '/../package.json',
    '/package.json',
    '//',
    '/%2e%2e/package.json',
    '/index.html/..',
    '*',
  ])
    expect([path, (await ask(url, path)).status]).toEqual([path, 404]);
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1',
    `127.0.0.1:${Number(port) + 1}`,
    '[::1]',
  ])
    expect([host, (await ask(url, '/', 'GET', host)).status]).toEqual([host, 421]);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
    expect([method, (await ask(url, '/', method)).status]).toEqual([method, 405]);
  await close();
  await expect(ask(url, '/')).rejects.toThrow();
});

test('a port in use and a port that is none are one line each', async () => {
  const { url, close } = await servePage('', 0);
  const { port } = new URL(url);
  const cli = async (...words: string[]) => {
    const { streams, printed } = bufferStreams(80);
    return { code: await run(['node', 'qwen-selfhost', 'serve', ...words], streams), ...printed };
  };
  expect(await cli('--port', port)).toEqual({
    code: 3,
    out: '',
    err: `error: --port: ${port} is in use by another program; give another port, or --port 0 for any free one\n`,
  });
  expect((await cli('--port', 'many')).err).toBe(
    'error: --port: "many" is not a whole number of at least 0 and at most 65535\n',
  );
  await close();
});

test('serves until Ctrl-C, and then is done', async () => {
  const program = join(__dirname, '..', '..', 'bin', 'qwen-selfhost.js');
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', '--json'], {
    env: { ...process.env, QWEN_SELFHOST_CATALOGUE: 'none' },
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  const { body } = await ask(url, '/');
  expect(body).toContain('<title>qwen-selfhost planner</title>');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(errors).toBe('');
}, 60_000);
