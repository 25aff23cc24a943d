import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { request as requestTls } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { fillTemplate } from '../../stacks/templates';
import { inScratchAsync } from './scratch';

const hasHaproxy = spawnSync('haproxy', ['-v']).status === 0;
if (!hasHaproxy)
  console.warn('haproxy is missing: the local proxy is not run (.ci/templates.sh installs it)');

/** A stand-in engine: `/health`, and a request that takes as long as the test lets it. */
class Engine {
  health = 200;
  running = 0;
  served = 0;
  aborted = 0;
  release: (() => void)[] = [];
  readonly server: Server = createServer((incoming, response) => {
    if (incoming.url === '/health') {
      response.statusCode = this.health;
      return response.end();
    }
    this.running += 1;
    response.on('close', () => {
      this.running -= 1;
      if (response.writableFinished) this.served += 1;
      else this.aborted += 1;
    });
    this.release.push(() => response.end('done'));
    if (incoming.url === '/quick') response.end('done');
  });

  port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  die(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const listen = (server: Server): Promise<void> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const freePort = async (): Promise<number> => {
  const server = createServer();
  await listen(server);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};
const get = (port: number, path: string, tls = false): Promise<number> =>
  new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, agent: false as const };
    // As a load balancer, which takes any certificate.
    const ask = tls ? requestTls : request;
    const asked = ask({ ...options, rejectUnauthorized: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode!));
      answer.on('error', () => resolve(0));
    });
    asked.on('error', () => resolve(0));
    asked.end();
  });
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not happen within 20 s');
}

/** The real proxy with the machine's own configuration in front of two stand-in engines. */
async function withProxy(
  test: (port: number, engines: Engine[]) => Promise<void>,
  tls = false,
): Promise<void> {
  const engines = [new Engine(), new Engine()];
  for (const { server } of engines) await listen(server);
  const port = await freePort();
  let proxy: ChildProcess | undefined;
  await inScratchAsync(async (folder) => {
    try {
      const config = fillTemplate('haproxy.cfg', {
        HOST: ['127.0.0.1'],
        PORT: port,
        TLS: [tls ? ` ssl crt ${join(folder, 'tls.pem')} alpn http/1.1 ssl-min-ver TLSv1.2` : ''],
        KEEP_ALIVE: 30,
        SERVERS: engines.map((engine, index) => `  server engine-${index} 127.0.0.1:${engine.port()}`),
      });
      // Only quicker to notice: 5 s between checks would make this test slow.
      writeFileSync(join(folder, 'haproxy.cfg'), config.replace('inter 5s', 'inter 200ms'));
      if (tls) {
        const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-subj', '/CN=x'];
        const file = join(folder, 'tls.pem');
        spawnSync('openssl', ['req', '-x509', '-nodes', ...key, '-keyout', file, '-out', `${file}.crt`]);
        writeFileSync(file, readFileSync(file, 'utf8') + readFileSync(`${file}.crt`, 'utf8'));
      }
      // In the foreground, so that its end is this process's to bring about.
      proxy = spawn('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore' });
      await until(async () => (await get(port, '/health', tls)) === 200);
      await test(port, engines);
    } finally {
      proxy?.kill('SIGKILL');
      for (const engine of engines) engine.die();
    }
  });
}

(hasHaproxy ? describe : describe.skip)('the local proxy', () => {
  it('sends a request to the engine with the fewest in flight', async () => {
    await withProxy(async (port, [first, second]) => {
      const answers = Array.from({ length: 6 }, () => get(port, '/v1/slow'));
      await until(() => first!.running + second!.running === 6);
      expect([first!.running, second!.running]).toEqual([3, 3]);
      for (const engine of [first!, second!]) for (const release of engine.release) release();
      expect(await Promise.all(answers)).toEqual(Array(6).fill(200));
    });
  });

  it('serves on while one engine of two is dead, and is unhealthy once both are', async () => {
    await withProxy(async (port, [first, second]) => {
      first!.die();
      for (let i = 0; i < 10; i += 1) expect(await get(port, '/quick')).toBe(200);
      expect(second!.served).toBe(10);
      expect(await get(port, '/health')).toBe(200);
      second!.die();
      await until(async () => (await get(port, '/health')) === 503);
    });
  });

  it('lets an engine that drains finish: its health check fails, its requests go on', async () => {
    await withProxy(async (port, [first, second]) => {
      const answer = get(port, '/v1/slow');
      await until(() => first!.running + second!.running === 1);
      const busy = first!.running === 1 ? first! : second!;
      const other = busy === first ? second! : first!;
      busy.health = 503;
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await get(port, '/quick')).toBe(200);
      expect(other.served).toBe(1);
      busy.release[0]!();
      expect(await answer).toBe(200);
    });
  });

  it('ends TLS where the plan asks for it, and then answers nothing in clear', async () => {
    await withProxy(async (port, [first, second]) => {
      expect(await get(port, '/quick', true)).toBe(200);
      expect(first!.served + second!.served).toBe(1);
      expect(await get(port, '/quick')).toBe(0);
    }, true);
  });

  it('tells the engine when a caller has gone, so that it stops generating for nobody', async () => {
    await withProxy(async (port, [first, second]) => {
      const caller = connect(port, '127.0.0.1');
      caller.write('POST /v1/slow HTTP/1.1\r\nHost: llm\r\nContent-Length: 2\r\n\r\n{}');
      await until(() => first!.running + second!.running === 1);
      // What a client's close looks like while no answer has begun.
      caller.end();
      await until(() => first!.aborted + second!.aborted === 1);
    });
  });
});
