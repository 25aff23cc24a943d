import { machineFiles } from '../../stacks/template';
import type { Block, Configuration, Rule } from '../rule';

const first = (configuration: Configuration, type: string): Block | undefined =>
  Object.values(configuration.resource?.[type] ?? {})[0];

/** What a machine is told about time and size, from the user data that it gets. */
function machine(userData: string) {
  const files = new Map(machineFiles(userData).map(({ path, content }) => [path, content]));
  const { engine, replicas } = JSON.parse(files.get('/etc/qwen-selfhost/config.json')!);
  const words = engine.arguments as string[];
  const unit = files.get('/etc/systemd/system/qwen-engine@.service.d/plan.conf')!;
  return {
    shutdown: Number(words[words.indexOf('--shutdown-timeout') + 1]),
    maxNumSeqs: Number(words[words.indexOf('--max-num-seqs') + 1]),
    keepAlive: Number(engine.environment.VLLM_HTTP_TIMEOUT_KEEP_ALIVE),
    containerStop: engine.containerStopSeconds as number,
    systemdStop: Number(/TimeoutStopSec=(\d+)/.exec(unit)![1]),
    replicas: replicas.length as number,
  };
}

/** Each pair must rise strictly: what ends first, what ends after it. */
function pairs(configuration: Configuration): [string, number, number][] {
  const userData = Object.values(configuration.locals ?? {}).find((text) => text.startsWith('#cloud-config'));
  if (userData === undefined) return [];
  const m = machine(userData);
  const hooks = (first(configuration, 'aws_autoscaling_group')?.initial_lifecycle_hook ?? []) as {
    lifecycle_transition: string;
    heartbeat_timeout: number;
  }[];
  const drain =
    hooks.find(({ lifecycle_transition: t }) => t.endsWith('TERMINATING'))?.heartbeat_timeout ?? 0;
  const policies = Object.values(configuration.resource?.aws_autoscaling_policy ?? {});
  const targets = policies.flatMap(
    ({ target_tracking_configuration: t }) =>
      (t as { target_value?: number } | undefined)?.target_value ?? [],
  );
  return [
    ['engine shutdown < container stop', m.shutdown, m.containerStop],
    ['container stop < systemd stop', m.containerStop, m.systemdStop],
    ['systemd stop < drain hook', m.systemdStop, drain],
    [
      'load balancer idle < engine keep-alive',
      Number(first(configuration, 'aws_lb')?.idle_timeout),
      m.keepAlive,
    ],
    ...targets.map((target): [string, number, number] => [
      'scaling target < max-num-seqs',
      target,
      m.maxNumSeqs,
    ]),
  ];
}

const fixture = (idle: number): Configuration => {
  const config = {
    engine: {
      arguments: ['--shutdown-timeout', '60', '--max-num-seqs', '32'],
      environment: { VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '130' },
      containerStopSeconds: 75,
    },
    replicas: [{}],
  };
  const files = [
    { path: '/etc/qwen-selfhost/config.json', content: JSON.stringify(config) },
    { path: '/etc/systemd/system/qwen-engine@.service.d/plan.conf', content: 'TimeoutStopSec=90' },
  ];
  const hook = { lifecycle_transition: 'autoscaling:EC2_INSTANCE_TERMINATING', heartbeat_timeout: 150 };
  return {
    locals: { x: `#cloud-config\n${JSON.stringify({ write_files: files })}` },
    resource: {
      aws_lb: { x: { idle_timeout: idle } },
      aws_autoscaling_group: { x: { initial_lifecycle_hook: [hook] } },
      aws_autoscaling_policy: { x: { target_tracking_configuration: { target_value: 20 } } },
    },
  };
};

export const rule: Rule = {
  ids: ['own'],
  says: 'time-outs and sizes on the machine, at the load balancer and in the group are in order',
  check: (configuration) =>
    pairs(configuration)
      .filter(([, less, more]) => !(less < more))
      .map(([what, less, more]) => `${what}: ${less}, ${more}`),
  fails: fixture(130),
  passes: fixture(120),
};
