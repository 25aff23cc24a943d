import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import type { Plan } from '../../src/plan/schema';
import { makePlan, TWO_REPLICAS } from '../stacks/make-plan';
import { Template } from '../stacks/template';
import { FakeMachine, hasPython, PYTHON } from './machine';

/** Words that a shell, docker or Python would change if any of them read them again. */
const HOSTILE = [
  '$(reboot)',
  '`id`',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: hostile on purpose
  '${HOME}',
  '%{x}',
  "it's",
  '"quoted"',
  'a b',
  '*',
  '\\n',
  'new\nline',
  '--x=;rm',
  '🙂',
];

async function withMachine(
  plan: Plan,
  commands: Record<string, string>,
  test: (machine: FakeMachine) => Promise<void>,
): Promise<void> {
  const machine = await FakeMachine.start(plan, commands, undefined, {}, true);
  try {
    await test(machine);
  } finally {
    machine.stop();
  }
}

(hasPython ? describe : describe.skip)('start_engine.py', () => {
  const storage = { weightsOnLocalNvme: false };

  it("becomes docker run with exactly the plan's words", async () => {
    const base = makePlan().engine;
    const args = [...base.arguments, ...HOSTILE];
    const environment = { ...base.environment, HOSTILE: HOSTILE.join('\n') };
    const plan = makePlan({ engine: { arguments: args, environment }, storage });
    await withMachine(plan, { docker: '' }, async (machine) => {
      expect(await machine.run('start_engine.py', '0')).toBe(0);
      const [call] = machine.called();
      const image = call!.indexOf(plan.engine.image);
      expect(call!.slice(image)).toEqual([
        plan.engine.image,
        'serve',
        ...args,
        '--host',
        '0.0.0.0',
        '--port',
        '8000',
      ]);
      const options = call!.slice(0, image);
      const values = (flag: string) => options.filter((_, index) => options[index - 1] === flag);
      expect(values('--env')).toEqual([
        'HF_HOME=/cache/huggingface',
        'HF_HUB_OFFLINE=1',
        `HOSTILE=${HOSTILE.join('\n')}`,
        'VLLM_CACHE_ROOT=/cache/vllm/0',
        'VLLM_HTTP_TIMEOUT_KEEP_ALIVE=930',
        'VLLM_NO_USAGE_STATS=1',
      ]);
      expect(values('--gpus')).toEqual(['"device=0"']);
      expect(values('--network')).toEqual(['host']);
      expect(values('--stop-timeout')).toEqual(['630']);
      expect(values('--entrypoint')).toEqual(['vllm']);
      expect(values('--volume')).toEqual([
        `${machine.cacheDirectory}:/cache`,
        `${machine.secretsFolder}:/run/secrets:ro`,
      ]);
      expect(values('--log-opt')).toContain('awslogs-stream=i-0123456789abcdef0/engine-0');
    });
  });

  it('gives the second engine its own GPUs and port', async () => {
    await withMachine(makePlan({ ...TWO_REPLICAS, storage }), { docker: '' }, async (machine) => {
      expect(await machine.run('start_engine.py', '1')).toBe(0);
      const [call] = machine.called();
      expect(call).toEqual(
        expect.arrayContaining(['qwen-engine-1', '"device=2,3"', 'VLLM_CACHE_ROOT=/cache/vllm/1']),
      );
      expect(call!.slice(-4)).toEqual(['--host', '127.0.0.1', '--port', '8002']);
    });
  });
});

(hasPython ? describe : describe.skip)('start_proxy.py', () => {
  it('becomes docker run of the pinned proxy', async () => {
    await withMachine(makePlan(TWO_REPLICAS), { docker: '' }, async (machine) => {
      expect(await machine.run('start_proxy.py')).toBe(0);
      expect(machine.called()[0]!.at(-1)).toMatch(
        /^public\.ecr\.aws\/docker\/library\/haproxy:\d+\.\d+\.\d+-alpine$/,
      );
    });
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.warn('openssl is missing: TLS on the machine is not run');

(hasPython && hasOpenssl ? describe : describe.skip)('TLS up to the machine', () => {
  const encrypted = makePlan({
    requirements: { network: { encryptToMachines: true } },
    storage: { weightsOnLocalNvme: false },
  });

  it('gives the proxy a key of its own at every start, in memory, for its user alone', async () => {
    await withMachine(encrypted, { docker: '' }, async (machine) => {
      const pem = machine.path('run/tls.pem');
      expect(await machine.run('start_proxy.py')).toBe(0);
      const first = readFileSync(pem, 'utf8');
      expect(await machine.run('start_proxy.py')).toBe(0);
      const second = readFileSync(pem, 'utf8');
      expect(second).not.toBe(first);
      expect(second).toMatch(/BEGIN CERTIFICATE[\s\S]*BEGIN PRIVATE KEY/);
      expect(statSync(pem).mode & 0o777).toBe(0o400);
      expect(readdirSync(machine.path('run'))).toEqual(['tls.pem']);
      expect(machine.called()[1]).toEqual(expect.arrayContaining(['--volume', `${pem}:/tls.pem:ro`]));
    });
  });

  it('puts the only engine behind the proxy, and asks for its health as the load balancer does', async () => {
    await withMachine(encrypted, { docker: '', aws: '', systemctl: 'echo 100' }, async (machine) => {
      expect(await machine.run('start_engine.py', '0')).toBe(0);
      expect(machine.called()[0]!.slice(-4)).toEqual(['--host', '127.0.0.1', '--port', '8001']);
      expect(await machine.run('start_proxy.py')).toBe(0);
      const pem = readFileSync(machine.path('run/tls.pem'));
      const asked: string[] = [];
      const proxy = createServer({ key: pem, cert: pem }, (request, response) => {
        asked.push(request.url!);
        response.end();
      });
      const port = await new Promise<number>((resolve) =>
        proxy.listen(0, '127.0.0.1', () => resolve((proxy.address() as AddressInfo).port)),
      );
      machine.configure((config) => {
        config.servicePort = port;
        config.replicas[0]!.port = machine.port;
      });
      machine.health = 200;
      machine.metadata.set('autoscaling/target-lifecycle-state', 'InService');
      void machine.run('supervisor.py');
      for (let i = 0; i < 400 && !machine.log.includes('the load balancer may send requests'); i += 1)
        await new Promise((resolve) => setTimeout(resolve, 25));
      expect(machine.log).toContain('the load balancer may send requests');
      expect(asked).toContain('/health');
      proxy.close();
    });
  });
});

(hasPython ? describe : describe.skip)('start_target_agent.py', () => {
  it("becomes docker run of the load balancer's agent, told the plan's concurrency", async () => {
    const plan = makePlan({ requirements: { network: { targetControlPort: 3000 } } });
    await withMachine(plan, { docker: '' }, async (machine) => {
      expect(await machine.run('start_target_agent.py')).toBe(0);
      const [call] = machine.called();
      expect(call!.filter((_, index) => call![index - 1] === '--env')).toEqual([
        'TARGET_CONTROL_CONTROL_ADDRESS=0.0.0.0:3000',
        'TARGET_CONTROL_DATA_ADDRESS=0.0.0.0:8000',
        'TARGET_CONTROL_DESTINATION_ADDRESS=127.0.0.1:8001',
        'TARGET_CONTROL_MAX_CONCURRENCY=32',
      ]);
      expect(call!.at(-1)).toContain('/target-control-agent:');
    });
  });
});

/** The program given as words, its doc comments left out: Python's own idea of what a text means. */
const MEANING = `
import ast, sys
def bare(text):
    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            body.pop(0)
    return ast.dump(tree)
sys.exit(bare(sys.argv[1]) != bare(sys.argv[2]))
`;

(hasPython ? describe : describe.skip)('what lands on a machine', () => {
  const plan = makePlan({ ...TWO_REPLICAS, requirements: { network: { targetControlPort: 3000 } } });
  const programs = new Template(plan).machineFiles().filter(({ path }) => path.endsWith('.py'));

  it.each(programs.map(({ path, content }) => [path, content]))(
    'is %s less comments and doc comments, and means the same',
    (path, content) => {
      const source = readFileSync(join(__dirname, '..', '..', 'templates', basename(path)), 'utf8');
      expect(content).not.toMatch(/"""|^ *#/m);
      expect(spawnSync(PYTHON!, ['-c', MEANING, source, content], { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    },
  );
});
