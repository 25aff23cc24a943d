import type { Plan } from '../../src/plan/schema';
import { DIMENSION, ENGINE, GPU_MEASUREMENTS, NAMESPACE } from './metrics';
import { groupName, logGroupNames } from './names';

export const PROMETHEUS_PATH = '/etc/qwen-selfhost/prometheus.yaml';
/** Where `machine.py` writes why a machine boots, drains or is given up: its journal goes with it. */
const MACHINE_LOG = '/var/log/qwen-selfhost.log';

/**
 * Configuration of the CloudWatch agent, which the Deep Learning AMI brings: vLLM's gauges and counters, the GPUs', and a
 * listener for what the programs of the machine send. Holds the plan's name and no other text of a user.
 */
export function agentConfig(plan: Plan): unknown {
  const group = groupName(plan);
  const { engines, telemetry } = logGroupNames(plan);
  return {
    agent: { metrics_collection_interval: 60, omit_hostname: true },
    metrics: {
      namespace: NAMESPACE,
      // The fleet's figure beside each GPU's own.
      aggregation_dimensions: [[DIMENSION]],
      metrics_collected: {
        nvidia_gpu: { measurement: GPU_MEASUREMENTS, append_dimensions: { [DIMENSION]: group } },
      },
    },
    logs: {
      logs_collected: {
        files: {
          collect_list: [
            { file_path: MACHINE_LOG, log_group_name: engines, log_stream_name: '{instance_id}/machine' },
          ],
        },
      },
      metrics_collected: {
        // Where `machine.py` sends embedded metric format (TCP 25888 by default).
        emf: {},
        prometheus: {
          log_group_name: telemetry,
          prometheus_config_path: PROMETHEUS_PATH,
          emf_processor: {
            metric_namespace: NAMESPACE,
            metric_declaration: [
              {
                source_labels: [DIMENSION],
                label_matcher: `^${group}$`,
                dimensions: [[DIMENSION]],
                metric_selectors: Object.values(ENGINE).map((name) => `^${name}$`),
              },
            ],
          },
        },
      },
    },
  };
}
