import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../../errors';

/** Only programs on this machine can reach it. */
const HOST = '127.0.0.1';
const PATHS = new Set(['/', '/index.html']);

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  // What a policy inside the page cannot say: nobody may frame it.
  'content-security-policy': "frame-ancestors 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

export interface PageServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves one page on loopback, and nothing else.
 * @param port 0 for any free one
 * @throws UserError (exit code 3) when the port is taken or not allowed
 */
export async function servePage(html: string, port: number): Promise<PageServer> {
  const server = createServer((request, response) => answer(server, html, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new UserError(reason(cause, port), 3, { cause })),
    );
    server.listen(port, HOST, resolve);
  });
  return {
    url: `http://${HOST}:${portOf(server)}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function answer(server: Server, html: string, request: IncomingMessage, response: ServerResponse): void {
  const refuse = (status: number, text: string): void => {
    response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' });
    response.end(`${text}\n`);
  };
  // A page of another site, whose name was made to lead here (DNS rebinding), sends its own name.
  const ours = [HOST, 'localhost'].map((name) => `${name}:${portOf(server)}`);
  const path = (request.url ?? '').split('?')[0]!;
  if (!ours.includes(request.headers.host ?? '')) refuse(421, `This server is ${ours[0]} and no other.`);
  else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    refuse(405, 'Only GET and HEAD are answered.');
  } else if (!PATHS.has(path)) refuse(404, 'There is only one page here: /');
  else {
    response.writeHead(200, { ...HEADERS, 'content-length': Buffer.byteLength(html) });
    response.end(request.method === 'HEAD' ? undefined : html);
  }
}

function reason({ code, message }: NodeJS.ErrnoException, port: number): string {
  if (code === 'EADDRINUSE')
    return `--port: ${port} is in use by another program; give another port, or --port 0 for any free one`;
  if (code === 'EACCES') return `--port: ${port} may not be used without privileges; give one above 1023`;
  return `cannot listen on ${HOST}:${port}: ${message}`;
}
