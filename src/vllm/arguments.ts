import { FAMILY } from '../models/architecture';
import type { Layout } from './layout';
import type { KvCacheDtype } from './pool';
import type { Release } from './releases';

/** What `vllm serve` is told; values equal to the release's default are left out of the command line. */
export interface EngineSettings {
  readonly hfId: string;
  readonly revision: string;
  readonly servedModelName: string;
  readonly layout: Layout;
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly gpuMemoryUtilization: number;
  readonly kvCacheDtype: KvCacheDtype;
  readonly prefixCaching: boolean;
  readonly mtpTokens: number;
  readonly multimodal: boolean;
  readonly thinking: boolean;
  /** vLLM finishes running requests for this long after SIGTERM instead of aborting them. */
  readonly shutdownTimeoutSeconds: number;
  readonly keepAliveSeconds: number;
}

/** Context beyond the trained length by static YaRN, as the vLLM recipes give it. */
export function yarnOverride(maxModelLen: number): string {
  const factor = Math.ceil((maxModelLen / FAMILY.maxPositionEmbeddings) * 10) / 10;
  return JSON.stringify({
    text_config: {
      rope_parameters: {
        mrope_interleaved: true,
        mrope_section: [11, 11, 10],
        rope_type: 'yarn',
        rope_theta: 10000000,
        partial_rotary_factor: 0.25,
        factor: Math.min(4, factor),
        original_max_position_embeddings: FAMILY.maxPositionEmbeddings,
      },
    },
  });
}

/** The words after `vllm serve`, unquoted, one element each; only flags that the release has. */
export function serveArguments(settings: EngineSettings, release: Release): string[] {
  const { layout } = settings;
  const words: string[] = [settings.hfId];
  const flag = (name: string, value?: string | number): void => {
    if (!release.flags.includes(name)) throw new Error(`vLLM ${release.version} has no flag ${name}`);
    words.push(name);
    if (value !== undefined) words.push(String(value));
  };
  flag('--revision', settings.revision);
  flag('--served-model-name', settings.servedModelName);
  if (layout.tensorParallel > 1) flag('--tensor-parallel-size', layout.tensorParallel);
  if (layout.pipelineParallel > 1) flag('--pipeline-parallel-size', layout.pipelineParallel);
  if (layout.dataParallel > 1) flag('--data-parallel-size', layout.dataParallel);
  if (layout.expertParallel) flag('--enable-expert-parallel');
  flag('--max-model-len', settings.maxModelLen);
  flag('--max-num-seqs', settings.maxNumSeqs);
  flag('--max-num-batched-tokens', settings.maxNumBatchedTokens);
  flag('--gpu-memory-utilization', settings.gpuMemoryUtilization);
  if (settings.kvCacheDtype !== 'auto') flag('--kv-cache-dtype', settings.kvCacheDtype);
  if (settings.prefixCaching !== release.hybridPrefixCachingDefault) {
    flag(settings.prefixCaching ? '--enable-prefix-caching' : '--no-enable-prefix-caching');
  }
  if (settings.mtpTokens > 0) {
    flag('--speculative-config', JSON.stringify({ method: 'mtp', num_speculative_tokens: settings.mtpTokens }));
  }
  if (!settings.multimodal) flag('--language-model-only');
  flag('--reasoning-parser', 'qwen3');
  flag('--enable-auto-tool-choice');
  flag('--tool-call-parser', 'qwen3_coder');
  if (!settings.thinking) flag('--default-chat-template-kwargs', JSON.stringify({ enable_thinking: false }));
  if (settings.maxModelLen > FAMILY.maxPositionEmbeddings) flag('--hf-overrides', yarnOverride(settings.maxModelLen));
  flag('--shutdown-timeout', settings.shutdownTimeoutSeconds);
  return words;
}

/** Environment of the engine process. */
export function serveEnvironment(settings: EngineSettings): Record<string, string> {
  return {
    // uvicorn closes idle connections after 5 s by default, before the load balancer does: sporadic 502s.
    VLLM_HTTP_TIMEOUT_KEEP_ALIVE: String(settings.keepAliveSeconds),
    VLLM_NO_USAGE_STATS: '1',
    ...(settings.maxModelLen > FAMILY.maxPositionEmbeddings ? { VLLM_ALLOW_LONG_MAX_MODEL_LEN: '1' } : {}),
  };
}
