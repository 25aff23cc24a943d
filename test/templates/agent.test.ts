import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { GPU_MEASUREMENTS } from '../../stacks/serving-cluster/metrics';
import { replicasOf } from '../../stacks/serving-cluster/replicas';
import { variants } from '../policy/variants';
import { Template } from '../stacks/template';

/** The agent's own (agent/SOURCE.md). Draft 4, of which it uses nothing that later drafts read otherwise. */
const { $schema, ...schema } = JSON.parse(readFileSync(join(__dirname, 'agent', 'schema.json'), 'utf8'));
const valid = new Ajv({ strict: false, allErrors: true }).compile(schema);

/** Names that the agent takes under nvidia_gpu on Linux (translator/translate/metrics/config/registered_metrics.go). */
const NVIDIA = ['utilization_gpu', 'temperature_gpu', 'power_draw', 'utilization_memory', 'memory_used'];

const machines = variants().map(([name, plan]) => ({ name, plan, template: new Template(plan) }));
const AGENT = '/etc/qwen-selfhost/agent.json';

describe("the CloudWatch agent's configuration", () => {
  it.each(machines)('is valid by its published schema: $name', ({ template }) => {
    valid(JSON.parse(template.machineFile(AGENT)));
    expect(valid.errors).toBeNull();
  });

  it('the schema refuses what is wrong: a check that can fail', () => {
    const config = JSON.parse(machines[0]!.template.machineFile(AGENT));
    const [declaration] = config.logs.metrics_collected.prometheus.emf_processor.metric_declaration;
    declaration.metric_selector = declaration.metric_selectors;
    config.agent.metrics_collection_interval = '60';
    expect(valid(config)).toBe(false);
    expect(valid.errors!.map(({ instancePath }) => instancePath)).toEqual(
      expect.arrayContaining([
        '/agent/metrics_collection_interval',
        '/logs/metrics_collected/prometheus/emf_processor/metric_declaration/0',
      ]),
    );
  });

  it('asks for GPU figures that the agent knows', () => {
    expect(NVIDIA).toEqual(expect.arrayContaining([...GPU_MEASUREMENTS]));
  });

  it.each(machines)('scrapes every engine of a machine, once: $name', ({ plan, template }) => {
    const config = JSON.parse(template.machineFile(AGENT));
    const path = config.logs.metrics_collected.prometheus.prometheus_config_path;
    const { global, scrape_configs } = parse(template.machineFile(path));
    expect(scrape_configs).toHaveLength(1);
    const [{ job_name, static_configs, ...others }] = scrape_configs;
    expect(others).toEqual({});
    expect(job_name).toBe('vllm');
    expect(static_configs[0].targets).toEqual(replicasOf(plan).map(({ port }) => `127.0.0.1:${port}`));
    const seconds = (text: string) => Number(/^(\d+)s$/.exec(text)![1]);
    expect(seconds(global.scrape_timeout)).toBeLessThan(seconds(global.scrape_interval));
  });

  it("sends the machines' own log on, to a group that their role may write to", () => {
    const { template } = machines[0]!;
    const [file] = JSON.parse(template.machineFile(AGENT)).logs.logs_collected.files.collect_list;
    expect(template.machineFile('/opt/qwen-selfhost/machine.py')).toContain(`"${file.file_path}"`);
    expect(template.resources('aws_cloudwatch_log_group').map(({ name }) => name)).toContain(
      file.log_group_name,
    );
  });
});
