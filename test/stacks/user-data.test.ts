import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { makePlan, type PlanOverrides, TWO_REPLICAS } from './make-plan';
import { Template, templateOf } from './template';

const config = (overrides: PlanOverrides = {}) =>
  JSON.parse(templateOf(overrides).machineFile('/etc/qwen-selfhost/config.json'));

describe('user data', () => {
  it("carries the plan's arguments and environment word for word", () => {
    const plan = makePlan();
    const { engine } = config();
    expect(engine.arguments).toEqual(plan.engine.arguments);
    expect(engine.environment).toEqual(plan.engine.environment);
    expect(engine.image).toBe(plan.engine.image);
  });

  it('serves directly on the machine port with one engine', () => {
    expect(config().replicas).toEqual([{ host: '0.0.0.0', port: 8000, gpus: [0] }]);
    expect(
      templateOf()
        .machineFiles()
        .map(({ path }) => path),
    ).not.toContain('/etc/qwen-selfhost/haproxy.cfg');
  });

  it('puts a proxy before several engines, each with its own GPUs', () => {
    const template = new Template(makePlan(TWO_REPLICAS));
    expect(config(TWO_REPLICAS).replicas).toEqual([
      { host: '127.0.0.1', port: 8001, gpus: [0, 1] },
      { host: '127.0.0.1', port: 8002, gpus: [2, 3] },
    ]);
    const proxy = template.machineFile('/etc/qwen-selfhost/haproxy.cfg');
    expect(proxy).toMatch(/bind :8000\n/);
    expect(proxy).toMatch(/ {2}server engine-0 127\.0\.0\.1:8001\n {2}server engine-1 127\.0\.0\.1:8002\n$/);
    expect(proxy).toMatch(/timeout server 930s/);
    expect(proxy).not.toContain('@');
    expect(template.userData()).toContain(
      '["systemctl","enable","--now","--no-block","qwen-proxy.service","qwen-supervisor.service",' +
        '"qwen-sampler.service","qwen-prepare.service","qwen-door.service",' +
        '"qwen-engine@0.service","qwen-engine@1.service"]',
    );
  });

  it('drops an address that the arguments give, however written', () => {
    const args = [...makePlan().engine.arguments, '--host', '1.2.3.4', '--port=9000', '--port', '9001'];
    expect(config({ engine: { arguments: args } }).engine.arguments).toEqual(makePlan().engine.arguments);
  });

  it('stops in order: engine, container, unit', () => {
    const { engineShutdown, systemdStop } = makePlan().timeoutsSeconds;
    const { containerStopSeconds } = config().engine;
    expect(containerStopSeconds).toBeGreaterThan(engineShutdown);
    expect(containerStopSeconds).toBeLessThan(systemdStop);
    expect(templateOf().machineFile('/etc/systemd/system/qwen-engine@.service.d/plan.conf')).toBe(
      '[Unit]\nStartLimitBurst=5\nStartLimitIntervalSec=6000\n\n[Service]\nTimeoutStopSec=660\n',
    );
  });

  it('keeps weights on the local disks only where the plan says so', () => {
    expect(config().engine).toMatchObject({
      mountPoint: '/opt/dlami/nvme',
      cacheDirectory: '/opt/dlami/nvme/qwen-selfhost',
    });
    expect(config({ storage: { weightsOnLocalNvme: false } }).engine).toMatchObject({
      mountPoint: null,
      cacheDirectory: '/var/lib/qwen-selfhost',
    });
  });

  it('goes out compressed, by Terraform', () => {
    const launch = templateOf().resource('aws_launch_template', 'machine_template');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform expression
    expect(launch.user_data).toBe('${base64gzip(local.serving_machine_user-data)}');
  });

  it('names what only Terraform knows by reference', () => {
    const deployed = templateOf({
      requirements: { deployment: { weights: 's3', apiKey: 'variable' } },
    }).machineFile('/etc/qwen-selfhost/deployed.json');
    expect(JSON.parse(deployed)).toEqual({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform reference
      targetGroupArn: '${aws_lb_target_group.serving_door_machines.arn}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform reference
      secrets: { apiKey: '${aws_secretsmanager_secret_version.serving_secrets_api-key-version.arn}' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform reference
      weightsBucket: '${aws_s3_bucket.serving_weights_store_bucket.id}',
    });
  });

  it('fits in 16,384 bytes with eight engines', () => {
    const eight = templateOf({
      choice: { instanceType: 'p5.48xlarge', gpusPerInstance: 8, replicasPerInstance: 8, replicas: 16 },
    });
    expect(gzipSync(eight.userData(), { level: 6 }).length).toBeLessThanOrEqual(15_360);
  });

  it('fails with both numbers when it is too large', () => {
    const environment = { ...makePlan().engine.environment, LONG: randomBytes(9000).toString('hex') };
    expect(() => templateOf({ engine: { environment } })).toThrow(
      /user data takes \d+ bytes, EC2 allows 16384; shorten/,
    );
  });

  it('holds text that means something to Terraform, CDKTF or a placeholder of ours as JSON escapes only', () => {
    const hostile = [
      '@DEPLOYED@',
      `$${'{x}'}`,
      '%{x}',
      `$${'{TfToken[TOKEN.0]}'}`,
      '\ud83d',
      '🙂',
      '"',
      '\\u0024',
      '\u007f',
    ];
    const plan = makePlan({ engine: { arguments: [...makePlan().engine.arguments, ...hostile] } });
    const template = new Template(plan);
    expect(JSON.parse(template.machineFile('/etc/qwen-selfhost/config.json')).engine.arguments).toEqual(
      plan.engine.arguments,
    );
    expect(template.userData().split('@DEPLOYED@')).toHaveLength(1);
    expect(template.machineFile('/etc/qwen-selfhost/config.json')).toMatch(
      /^[A-Za-z0-9 _.,:;/=+(){}"[\]\\-]+$/,
    );
  });

  it('is ASCII, so that no reader of YAML can stumble', () => {
    expect(new Template(makePlan(TWO_REPLICAS)).userData()).toMatch(/^[\n\x20-\x7e]+$/);
  });
});
