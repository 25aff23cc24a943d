import { UserError } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { fillTemplate, template } from '../templates';
import { machineConfig } from './machine-config';
import { replicasOf, SERVICE_PORT } from './replicas';

/** EC2's limit, before base64. */
export const USER_DATA_LIMIT_BYTES = 16_384;

interface File {
  readonly path: string;
  readonly permissions: string;
  readonly encoding?: 'b64';
  readonly content: string;
}

const unit = (name: string): File => ({
  path: `/etc/systemd/system/${name}`,
  permissions: '0644',
  content: template(name),
});

const program = (name: string): File => ({
  path: `/opt/qwen-selfhost/${name}`,
  permissions: '0644',
  content: template(name),
});

function files(plan: Plan): File[] {
  const config = Buffer.from(JSON.stringify(machineConfig(plan)), 'utf8');
  const list: File[] = [
    // base64: cloud-init's YAML reader refuses some of the characters that JSON allows.
    {
      path: '/etc/qwen-selfhost/config.json',
      permissions: '0600',
      encoding: 'b64',
      content: config.toString('base64'),
    },
    program('instance_metadata.py'),
    program('start_engine.py'),
    program('lifecycle.py'),
    unit('qwen-engine@.service'),
    unit('qwen-lifecycle.service'),
    {
      path: '/etc/systemd/system/qwen-engine@.service.d/plan.conf',
      permissions: '0644',
      content: fillTemplate('qwen-engine.conf', { SYSTEMD_STOP: plan.timeoutsSeconds.systemdStop }),
    },
  ];
  const replicas = replicasOf(plan);
  if (replicas.length === 1) return list;
  const servers = replicas.map(({ host, port }, index) => `  server engine-${index} ${host}:${port}`);
  const values = { PORT: SERVICE_PORT, KEEP_ALIVE: plan.timeoutsSeconds.engineKeepAlive, SERVERS: servers };
  return [
    ...list,
    program('start_proxy.py'),
    unit('qwen-proxy.service'),
    {
      path: '/etc/qwen-selfhost/haproxy.cfg',
      permissions: '0644',
      content: fillTemplate('haproxy.cfg', values),
    },
  ];
}

/**
 * What cloud-init runs at first boot: writes the files, starts the units. JSON is YAML, so it is written as JSON.
 * @throws UserError when it exceeds EC2's 16,384 bytes
 */
export function userData(plan: Plan): string {
  const replicas = replicasOf(plan);
  const units = ['qwen-lifecycle.service', ...replicas.map((_, index) => `qwen-engine@${index}.service`)];
  if (replicas.length > 1) units.unshift('qwen-proxy.service');
  const document = {
    write_files: files(plan),
    runcmd: [
      ['systemctl', 'daemon-reload'],
      // --no-block: an engine takes minutes to load, cloud-init need not wait for it.
      ['systemctl', 'enable', '--now', '--no-block', ...units],
    ],
  };
  const text = `#cloud-config\n${JSON.stringify(document)}\n`;
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > USER_DATA_LIMIT_BYTES) {
    throw new UserError(
      `user data takes ${bytes} bytes, EC2 allows ${USER_DATA_LIMIT_BYTES}; shorten the plan's engine arguments or environment`,
    );
  }
  return text;
}
