import { gzipSync } from 'node:zlib';
import { UserError } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { fillTemplate, template } from '../templates';
import { agentConfig, PROMETHEUS_PATH } from './agent-config';
import { inertJson } from './inert-json';
import { RESTART_BUDGET, restartWindow } from './lifecycle';
import { machineConfig } from './machine-config';
import { groupName } from './names';
import { encrypted, hasProxy, proxyFront, replicasOf } from './replicas';

/** EC2's limit, before base64. */
const USER_DATA_LIMIT_BYTES = 16_384;
/** Kept free: ARNs that only Terraform knows, and Go's gzip, which packs a little worse than this one. */
const RESERVE_BYTES = 1024;

/** Where `deployedMark` stands, Terraform puts the JSON of what only it knows. */
export const DEPLOYED_MARK = '@DEPLOYED@';

interface File {
  readonly path: string;
  readonly permissions: string;
  readonly content: string;
}

const AGENT = '/opt/aws/amazon-cloudwatch-agent';
const PROGRAMS = [
  ...['instance_metadata.py', 'machine.py', 'secret_files.py', 'weights.py', 'adapters.py', 'prepare.py'],
  ...['start_engine.py', 'supervisor.py', 'give_up.py', 'sampler.py'],
];
const UNITS = [
  ...['qwen-engine@.service', 'qwen-give-up@.service', 'qwen-prepare.service'],
  ...['qwen-supervisor.service', 'qwen-sampler.service'],
];

const file = (path: string, content: string, permissions = '0644'): File => ({ path, permissions, content });
/** Comments stay in the package: of the 16,384 bytes they and the doc comments would take a quarter. */
const withoutComments = (text: string): string => text.replaceAll(/^[ \t]*#.*\n/gm, '');
const withoutDocComments = (text: string): string => text.replaceAll(/^[ \t]*"""[\s\S]*?"""\n/gm, '');

/** A unit or program as it lands on a machine. */
export const onMachine = (name: string, text = template(name)): string =>
  name.endsWith('.py') ? withoutDocComments(withoutComments(text)) : withoutComments(text);

const unit = (name: string, text?: string): File =>
  file(`/etc/systemd/system/${name}`, onMachine(name, text));
const program = (name: string): File => file(`/opt/qwen-selfhost/${name}`, onMachine(name));

function files(plan: Plan): File[] {
  const replicas = replicasOf(plan);
  const engines = [replicas.map((_, index) => `qwen-engine@${index}.service`).join(' ')];
  const scraped = [replicas.map(({ port }) => `"127.0.0.1:${port}"`).join(', ')];
  const list: File[] = [
    file('/etc/qwen-selfhost/config.json', inertJson(machineConfig(plan)), '0600'),
    file('/etc/qwen-selfhost/deployed.json', DEPLOYED_MARK, '0600'),
    file('/etc/qwen-selfhost/aws.conf', template('aws.conf')),
    file('/etc/qwen-selfhost/agent.json', JSON.stringify(agentConfig(plan))),
    file(PROMETHEUS_PATH, fillTemplate('prometheus.yaml', { TARGETS: scraped, GROUP: [groupName(plan)] })),
    ...PROGRAMS.map(program),
    ...UNITS.map((name) => unit(name)),
    unit('qwen-door.service', fillTemplate('qwen-door.service', { ENGINES: engines })),
    file(
      '/etc/systemd/system/qwen-engine@.service.d/plan.conf',
      fillTemplate('qwen-engine.conf', {
        SYSTEMD_STOP: plan.timeoutsSeconds.systemdStop,
        RESTARTS: RESTART_BUDGET,
        RESTART_WINDOW: restartWindow(plan),
      }),
    ),
  ];
  if (plan.requirements.network.targetControlPort !== null) {
    list.push(program('start_target_agent.py'), unit('qwen-target-agent.service'));
  }
  if (!hasProxy(plan)) return list;
  const servers = replicas.map(({ host, port }, index) => `  server engine-${index} ${host}:${port}`);
  const front = proxyFront(plan);
  const values = {
    HOST: [front.host],
    PORT: front.port,
    TLS: [encrypted(plan) ? ' ssl crt /tls.pem alpn http/1.1 ssl-min-ver TLSv1.2' : ''],
    KEEP_ALIVE: plan.timeoutsSeconds.engineKeepAlive,
    SERVERS: servers,
  };
  return [
    ...list,
    program('start_proxy.py'),
    unit('qwen-proxy.service'),
    file('/etc/qwen-selfhost/haproxy.cfg', fillTemplate('haproxy.cfg', values)),
  ];
}

/**
 * What cloud-init runs at first boot: writes the files, starts the units. JSON is YAML, so it is written as JSON. It goes
 * out compressed (cloud-init unpacks it), by Terraform: its source stays readable in a diff, and no bucket or parameter
 * has to exist, be reachable and be in step before a machine can boot.
 * @throws UserError when it exceeds EC2's 16,384 bytes
 */
export function userData(plan: Plan): string {
  const replicas = replicasOf(plan);
  const units = [
    ...['qwen-supervisor.service', 'qwen-sampler.service', 'qwen-prepare.service', 'qwen-door.service'],
    ...replicas.map((_, index) => `qwen-engine@${index}.service`),
  ];
  if (plan.requirements.network.targetControlPort !== null) units.unshift('qwen-target-agent.service');
  if (hasProxy(plan)) units.unshift('qwen-proxy.service');
  const document = {
    write_files: files(plan),
    runcmd: [
      [
        `${AGENT}/bin/amazon-cloudwatch-agent-ctl`,
        '-a',
        'fetch-config',
        '-m',
        'ec2',
        '-s',
        '-c',
        'file:/etc/qwen-selfhost/agent.json',
      ],
      ['systemctl', 'daemon-reload'],
      // --no-block: an engine takes minutes to load, cloud-init need not wait for it.
      ['systemctl', 'enable', '--now', '--no-block', ...units],
    ],
  };
  const text = `#cloud-config\n${JSON.stringify(document)}\n`;
  const bytes = gzipSync(text, { level: 6 }).length + RESERVE_BYTES;
  if (bytes > USER_DATA_LIMIT_BYTES) {
    throw new UserError(
      `user data takes ${bytes} bytes, EC2 allows ${USER_DATA_LIMIT_BYTES}; shorten the plan's engine arguments or environment, or name fewer adapters`,
    );
  }
  return text;
}
