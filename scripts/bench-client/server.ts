/**
 * A process that streams tokens at a steady pace to however many connections: plain sockets and prepared bytes, so that
 * `bench:client` measures the client and not this server. Prints its port; ends with its parent.
 */
import { createServer, type Socket } from 'node:net';

const [, , tokensPerSecond = '10', tokensPerAnswer = '100'] = process.argv;
const GAP_SECONDS = 1 / Number(tokensPerSecond);
const TOKENS = Number(tokensPerAnswer);
const TICK_MILLIS = 4;

const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const event = (body: object): string => chunked(`data: ${JSON.stringify(body)}\n\n`);
const HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\nconnection: keep-alive\r\n\r\n';
const common = { id: 'chatcmpl-0123456789abcdef', object: 'chat.completion.chunk', created: 1, model: 'm' };
const TOKEN = event({
  ...common,
  choices: [{ index: 0, delta: { content: ' word' }, logprobs: null, finish_reason: null }],
});
const LAST = Buffer.from(
  event({ ...common, choices: [{ index: 0, delta: {}, finish_reason: 'length' }] }) +
    event({ ...common, choices: [], usage: { prompt_tokens: 32, completion_tokens: TOKENS } }) +
    `${chunked('data: [DONE]\n\n')}0\r\n\r\n`,
);
const FIRST_TOKEN = Buffer.from(HEAD + TOKEN);
const NEXT_TOKEN = Buffer.from(TOKEN);

interface Stream {
  readonly socket: Socket;
  dueAt: number;
  sent: number;
}

const streams = new Set<Stream>();
const seconds = (): number => performance.now() / 1000;

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined);
  let expected = -1;
  let seen = '';
  // First answers begin spread over the length of one, or all connections would end and begin in step for ever.
  let delaySeconds = GAP_SECONDS * TOKENS * Math.random();
  socket.on('data', (data) => {
    seen += data.toString('latin1');
    for (;;) {
      const head = seen.indexOf('\r\n\r\n');
      if (head < 0) return;
      expected = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? 0);
      if (seen.length < head + 4 + expected) return;
      const get = seen.startsWith('GET');
      seen = seen.slice(head + 4 + expected);
      if (get) socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
      else streams.add({ socket, dueAt: seconds() + delaySeconds, sent: 0 });
      delaySeconds = GAP_SECONDS * Math.random();
    }
  });
});

setInterval(() => {
  const now = seconds();
  for (const stream of streams) {
    if (now < stream.dueAt) continue;
    if (stream.sent === TOKENS || stream.socket.destroyed) {
      if (!stream.socket.destroyed) stream.socket.write(LAST);
      streams.delete(stream);
      continue;
    }
    stream.socket.write(stream.sent === 0 ? FIRST_TOKEN : NEXT_TOKEN);
    stream.sent++;
    stream.dueAt += GAP_SECONDS;
  }
}, TICK_MILLIS);

server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
