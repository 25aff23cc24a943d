import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request as the server understood it. */
export interface Call {
  /** IAM action, read from the request: signing name of the service and operation. */
  readonly action: string;
  readonly region: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What goes wrong with one answer. */
export type Fault =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'garble' };

export type Handler = (call: Call) => Answer;

/** A loopback server that answers as AWS does, from handlers by IAM action, and keeps what it was asked. */
export interface LocalAws {
  readonly url: string;
  readonly calls: Call[];
  close(): Promise<void>;
}

export async function localAws(
  handlers: Readonly<Record<string, Handler>>,
  faultOf: (call: Call) => Fault | null = () => null,
): Promise<LocalAws> {
  const calls: Call[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = callOf(request, Buffer.concat(chunks).toString('utf8'));
      calls.push(call);
      const handler = handlers[call.action];
      const answer = handler?.(call) ?? {
        status: 400,
        body: `no handler for ${call.action}`,
      };
      respond(response, answer, faultOf(call));
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () => closeAll(server, sockets),
  };
}

function closeAll(server: Server, sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

function respond(response: ServerResponse, answer: Answer, fault: Fault | null): void {
  const send = ({ status, body, headers = {} }: Answer, length = Buffer.byteLength(body)): void => {
    const type = body.startsWith('<') ? 'text/xml' : 'application/x-amz-json-1.1';
    response.writeHead(status, { 'content-type': type, 'content-length': length, ...headers });
  };
  switch (fault?.kind) {
    case 'answer':
      send(fault.answer);
      response.end(fault.answer.body);
      return;
    case 'hang':
      return;
    case 'cut':
      response.destroy();
      return;
    case 'truncate':
      send(answer);
      response.write(answer.body.slice(0, answer.body.length / 2), () => response.destroy());
      return;
    case 'garble': {
      const body = answer.body.replace(/[<{]/g, '\u0007').slice(0, answer.body.length * 0.7);
      send({ ...answer, body });
      response.end(body);
      return;
    }
    default:
      send(answer);
      response.end(answer.body);
  }
}

/** Signing names and operations whose IAM action is called otherwise (Service Authorization Reference). */
const IAM_NAMES: Readonly<Record<string, string>> = {
  's3:HeadBucket': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:ListBuckets': 's3:ListAllMyBuckets',
};

function callOf(request: IncomingMessage, body: string): Call {
  const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '');
  const [, region = '', service = 'web'] = scope ?? [];
  const target = request.headers['x-amz-target'];
  const url = new URL(request.url ?? '/', 'http://local');
  if (typeof target === 'string') {
    const parameters = JSON.parse(body || '{}') as Record<string, unknown>;
    return { action: `${service}:${target.split('.').at(-1)}`, region, parameters };
  }
  const form = Object.fromEntries(new URLSearchParams(body));
  if (form.Action) return { action: `${service}:${form.Action}`, region, parameters: form };
  const parameters = { ...Object.fromEntries(url.searchParams), path: url.pathname };
  const operation = `${service}:${restOperation(service, request.method ?? 'GET', url)}`;
  return { action: IAM_NAMES[operation] ?? operation, region, parameters };
}

function restOperation(service: string, method: string, url: URL): string {
  if (service === 'route53') return 'GetHostedZone';
  if (service !== 's3') return `${method} ${url.pathname}`;
  if (method === 'HEAD') return 'HeadBucket';
  return url.pathname === '/' ? 'ListBuckets' : 'ListObjectsV2';
}
