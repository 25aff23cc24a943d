import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../src/plan/schema';
import { machineConfig } from '../../stacks/serving-cluster/machine-config';

const TEMPLATES = join(__dirname, '..', '..', 'templates');

const found = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
/** The interpreter itself: a version manager's shim would put its own folder, and its `aws`, before the stand-ins. */
export const PYTHON = found.status === 0 ? found.stdout.trim() : undefined;

/** The machines have Python 3; where this one has none, what needs it is left out with a line that says so. */
export const hasPython = PYTHON !== undefined;
if (!hasPython) console.warn('python3 is missing: the programs under templates/ are not run');

/** The parts of a machine's configuration that a test changes. */
export interface MachineConfig {
  engine: Record<string, unknown>;
  replicas: { port: number }[];
  servicePort: number;
  launchSeconds: number;
}

/** A stand-in machine: instance metadata, and commands that only record how they were called. */
export class FakeMachine {
  readonly metadata = new Map<string, string>([['instance-id', 'i-0123456789abcdef0']]);
  private readonly folder = mkdtempSync(join(tmpdir(), 'qwen-selfhost-machine-'));
  private readonly calls = join(this.folder, 'calls');
  private readonly server: Server;
  private readonly children: ChildProcess[] = [];
  /** Records that reached the stand-in of the CloudWatch agent. */
  readonly emitted: Record<string, unknown>[] = [];
  /** What the stand-in engine answers; nothing while it loads. */
  health: number | undefined;
  metrics = '';
  breaksOff = false;
  /** Paths that were asked of the stand-in engine. */
  private readonly requests: string[] = [];
  private readonly agent = createTcpServer((socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => this.emitted.push(JSON.parse(text)));
  });
  private said = '';

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(
    plan: Plan,
    commands: Record<string, string>,
    change: (config: MachineConfig) => void = () => undefined,
    secrets: Record<string, string> = {},
    keepPorts = false,
  ): Promise<FakeMachine> {
    const server = createServer((request, response) => {
      if (request.url === '/health' || request.url === '/metrics') {
        machine.requests.push(request.url);
        if (machine.breaksOff) {
          // As an engine that dies while it answers: fewer bytes than it promised.
          response.writeHead(200, { 'content-length': machine.metrics.length });
          response.write(machine.metrics.slice(0, machine.metrics.length / 2));
          return setTimeout(() => response.destroy(), 20);
        }
        response.statusCode = machine.health ?? 503;
        return response.end(machine.metrics);
      }
      const path = request.url!.replace('/latest/meta-data/', '');
      const authorised = request.headers['x-aws-ec2-metadata-token'] === 'token';
      if (request.method === 'PUT' && request.url === '/latest/api/token') return response.end('token');
      const value = machine.metadata.get(path);
      machine.requests.push(path);
      response.statusCode = authorised ? (value === undefined ? 404 : 200) : 401;
      return response.end(value);
    });
    const machine = new FakeMachine(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const config = machineConfig(plan) as MachineConfig;
    config.engine.cacheDirectory = join(machine.folder, 'cache');
    await new Promise<void>((resolve) => machine.agent.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    config.servicePort = port;
    for (const replica of config.replicas) if (!keepPorts) replica.port = port;
    change(config);
    const deployed = { targetGroupArn: 'arn:target', secrets, weightsBucket: 'weights' };
    writeFileSync(join(machine.folder, 'deployed.json'), JSON.stringify(deployed));
    writeFileSync(join(machine.folder, 'config.json'), JSON.stringify(config));
    for (const [name, body] of Object.entries(commands)) {
      const file = join(machine.folder, name);
      // Words end in NUL and calls in a second one, so that no word can be mistaken for two.
      writeFileSync(
        file,
        `#!/bin/bash\nprintf '%s\\0' ${name} "$@" >> '${machine.calls}'\nprintf '\\0' >> '${machine.calls}'\n${body}\n`,
      );
      chmodSync(file, 0o755);
    }
    return machine;
  }

  /** Runs a program of templates/ and waits for its end. */
  async run(program: string, ...words: string[]): Promise<number> {
    const { port } = this.server.address() as AddressInfo;
    const child: ChildProcess = spawn(PYTHON!, ['-B', join(TEMPLATES, program), ...words], {
      env: {
        PATH: `${this.folder}:${process.env.PATH}`,
        QWEN_CONFIG: join(this.folder, 'config.json'),
        QWEN_METADATA: `http://127.0.0.1:${port}`,
        QWEN_POLL_SECONDS: '0.05',
        QWEN_HUNG_POLLS: '3',
        QWEN_RETRY_SECONDS: '0.01',
        QWEN_INTERVAL_SECONDS: '0.2',
        QWEN_DEPLOYED: join(this.folder, 'deployed.json'),
        QWEN_RUN: join(this.folder, 'run'),
        QWEN_STATE: join(this.folder, 'state'),
        QWEN_LOG: join(this.folder, 'machine.log'),
        QWEN_AWS_SECONDS: '2',
        QWEN_HEALTH_SECONDS: '1',
        QWEN_EMF_PORT: String((this.agent.address() as AddressInfo).port),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk) => {
        this.said += chunk;
      });
    }
    this.children.push(child);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve(code ?? -1));
    });
  }

  /** Every command called so far, as lists of words. */
  called(): string[][] {
    if (!existsSync(this.calls)) return [];
    const text = readFileSync(this.calls, 'utf8');
    return text
      .split('\0\0')
      .slice(0, -1)
      .map((call) => call.split('\0'));
  }

  /** Waits until a path has been asked of the engine once more. */
  async seen(path: string): Promise<void> {
    const count = () => this.requests.filter((other) => other === path).length;
    const before = count();
    for (let i = 0; i < 400 && count() === before; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Everything that the programs said. */
  get journal(): string {
    return this.said;
  }

  /** What the CloudWatch agent sends on to the log group: it outlives the machine. */
  get log(): string {
    const file = join(this.folder, 'machine.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Where the stand-in engine and the instance metadata listen. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Changes what the machine was told, for the programs that start after this. */
  configure(change: (config: MachineConfig) => void): void {
    const file = join(this.folder, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as MachineConfig;
    change(config);
    writeFileSync(file, JSON.stringify(config));
  }

  /** A file of the stand-in machine, beside its commands. */
  path(name: string): string {
    return join(this.folder, name);
  }

  get secretsFolder(): string {
    return join(this.folder, 'run', 'secrets');
  }

  get cacheDirectory(): string {
    return join(this.folder, 'cache');
  }

  /** How often a value of the instance metadata was asked for. */
  asked(path: string): number {
    return this.requests.filter((other) => other === path).length;
  }

  /** What the stand-in commands wait for has ended. */
  finish(name: string): void {
    rmSync(this.path(name));
  }

  /** Ends every program at once, as the machine's memory running out would. */
  kill(): void {
    for (const child of this.children) child.kill('SIGKILL');
  }

  stop(): void {
    for (const child of this.children) child.kill('SIGKILL');
    this.server.close();
    this.server.closeAllConnections();
    this.agent.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
