/**
 * The names under which this fleet's figures lie in CloudWatch. Dashboard, alarms, scaling and the machines' own
 * configuration take them from here, so that nothing watches a metric that nobody sends.
 */

export const NAMESPACE = 'QwenSelfhost';
/** The one dimension of every metric of ours: figures are of the fleet, one sample per engine. */
export const DIMENSION = 'AutoScalingGroupName';

/** Gauges and counters of vLLM (vllm/v1/metrics/loggers.py), scraped by the CloudWatch agent. */
export const ENGINE = {
  running: 'vllm:num_requests_running',
  waiting: 'vllm:num_requests_waiting',
  kvUse: 'vllm:kv_cache_usage_perc',
  preemptions: 'vllm:num_preemptions_total',
  promptTokens: 'vllm:prompt_tokens_total',
  generatedTokens: 'vllm:generation_tokens_total',
  prefixQueries: 'vllm:prefix_cache_queries_total',
  prefixHits: 'vllm:prefix_cache_hits_total',
  finished: 'vllm:request_success_total',
} as const;

/** From vLLM's histograms, by `templates/sampler.py`. */
export const LATENCY = {
  ttft: { p50: 'TtftP50Seconds', p95: 'TtftP95Seconds', requests: 'TtftRequests', overSlo: 'TtftOverSlo' },
  tpot: { p50: 'TpotP50Seconds', p95: 'TpotP95Seconds', requests: 'TpotRequests', overSlo: 'TpotOverSlo' },
} as const;

/** Requests that Target Optimizer refused because no machine had room (AWS, 'Target optimizer metrics'). */
export const REJECTED = {
  namespace: 'AWS/ApplicationELB',
  metricName: 'TargetControlRequestRejectCount',
} as const;

/** Things that happen to a machine, by `supervisor.py` and `give_up.py`. */
export const EVENT = {
  bootFailed: 'BootFailed',
  engineRestarted: 'EngineRestarted',
  engineGaveUp: 'EngineGaveUp',
  spotInterruption: 'SpotInterruption',
} as const;

/** What the agent reads from `nvidia-smi`; it prefixes the names when it sends them. */
export const GPU_MEASUREMENTS = ['utilization_gpu', 'memory_used', 'power_draw', 'temperature_gpu'] as const;
export const gpuMetric = (measurement: (typeof GPU_MEASUREMENTS)[number]): string =>
  `nvidia_smi_${measurement}`;
