import { FAMILY } from '../models/architecture';
import { type AdapterRoom, PROJECTION_MODULES } from './adapters';
import type { Workaround } from './known-problems';
import type { Layout } from './layout';
import type { KvCacheDtype, SsmCacheDtype } from './pool';
import type { Release } from './releases';
import { yarnOverride } from './rope';

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
  readonly ssmCacheDtype?: SsmCacheDtype;
  readonly prefixCaching: boolean;
  readonly mtpTokens: number;
  readonly multimodal: boolean;
  readonly thinking: boolean;
  readonly userBlockSize?: number | null;
  /** LoRA adapters, and the room for them. */
  readonly adapters?: {
    readonly room: AdapterRoom;
    /** Names that callers ask for, and where each lies. */
    readonly modules: readonly { readonly name: string; readonly path: string }[];
  };
  /** Read the weights by Run:ai Model Streamer, which the official image holds. */
  readonly streamWeights?: boolean;
  /** Flags and environment against known problems of the release (known-problems.ts). */
  readonly workarounds?: readonly Workaround[];
  /** vLLM finishes running requests for this long after SIGTERM instead of aborting them. */
  readonly shutdownTimeoutSeconds: number;
  readonly keepAliveSeconds: number;
}

/** One flag of the command line: its value, null for a switch, a list for several words, and why it is there. */
export interface ServeFlag {
  readonly name: string;
  readonly value: string | readonly string[] | null;
  readonly reason: string;
}

export const STREAMING_LOADER = 'runai_streamer';
/** Threads that read, and the most that lies in host memory at once: without a limit it may be all of the weights. */
const STREAMER_CONFIG = { concurrency: 16, memory_limit: 5 * 2 ** 30 };

const REASONING_PARSER = 'qwen3';
const TOOL_CALL_PARSER = 'qwen3_coder';

/** Every flag of the command line with its reason; only flags that the release has. */
export function serveFlags(settings: EngineSettings, release: Release): ServeFlag[] {
  const wanted: ServeFlag[] = [
    ...identityFlags(settings),
    ...layoutFlags(settings.layout),
    ...capacityFlags(settings, release),
    ...loaderFlags(settings),
    ...adapterFlags(settings),
    ...featureFlags(settings, release),
    // Without --shutdown-timeout (before 0.18) vLLM aborts what runs; there is nothing to pass instead.
    ...optionalFlag(
      release,
      '--shutdown-timeout',
      settings.shutdownTimeoutSeconds,
      'running requests finish on SIGTERM',
    ),
    ...(settings.workarounds ?? []).flatMap((workaround) => workaroundFlags(workaround)),
  ];
  const missing = wanted.find(({ name }) => !release.flags.includes(name));
  if (missing) throw new Error(`vLLM ${release.version} has no flag ${missing.name}`);
  return wanted;
}

/** The words after `vllm serve`, unquoted, one element each. */
export function serveArguments(settings: EngineSettings, release: Release): string[] {
  const flags = serveFlags(settings, release);
  return [
    settings.hfId,
    ...flags.flatMap(({ name, value }) => [name, ...(value === null ? [] : [value].flat())]),
  ];
}

const flag = (name: string, value: string | number | null, reason: string): ServeFlag => ({
  name,
  value: value === null ? null : String(value),
  reason,
});

const optionalFlag = (release: Release, name: string, value: number, reason: string): ServeFlag[] =>
  release.flags.includes(name) ? [flag(name, value, reason)] : [];

function identityFlags({ revision, servedModelName }: EngineSettings): ServeFlag[] {
  return [
    ...(revision === 'main' ? [] : [flag('--revision', revision, 'pins the weights')]),
    flag(
      '--served-model-name',
      servedModelName,
      'the name clients ask for, whatever the repository is called',
    ),
  ];
}

function layoutFlags(layout: Layout): ServeFlag[] {
  const flags: ServeFlag[] = [];
  if (layout.tensorParallel > 1)
    flags.push(flag('--tensor-parallel-size', layout.tensorParallel, 'GPUs that share every layer'));
  if (layout.pipelineParallel > 1)
    flags.push(flag('--pipeline-parallel-size', layout.pipelineParallel, 'stages of layers'));
  if (layout.dataParallel > 1)
    flags.push(flag('--data-parallel-size', layout.dataParallel, 'ranks with a pool each'));
  if (layout.expertParallel) flags.push(flag('--enable-expert-parallel', null, 'experts stay whole'));
  return flags;
}

function capacityFlags(settings: EngineSettings, release: Release): ServeFlag[] {
  const flags = [
    flag('--max-model-len', settings.maxModelLen, 'the longest request planned for'),
    flag(
      '--max-num-seqs',
      settings.maxNumSeqs,
      'the default can exceed the blocks of the pool, and then vLLM does not start',
    ),
    flag(
      '--max-num-batched-tokens',
      settings.maxNumBatchedTokens,
      "the default depends on the GPU's name and memory",
    ),
  ];
  if (settings.gpuMemoryUtilization !== release.gpuMemoryUtilizationDefault) {
    flags.push(
      flag('--gpu-memory-utilization', settings.gpuMemoryUtilization, 'the margin that was planned'),
    );
  }
  if (settings.kvCacheDtype !== 'auto')
    flags.push(flag('--kv-cache-dtype', settings.kvCacheDtype, 'halves the KV cache'));
  const { ssmCacheDtype = 'auto', userBlockSize = null } = settings;
  if (ssmCacheDtype !== 'auto')
    flags.push(flag('--mamba-ssm-cache-dtype', ssmCacheDtype, 'size of the GDN states'));
  if (userBlockSize !== null) flags.push(flag('--block-size', userBlockSize, 'asked for'));
  return flags;
}

function loaderFlags({ streamWeights = false }: EngineSettings): ServeFlag[] {
  if (!streamWeights) return [];
  return [
    flag('--load-format', STREAMING_LOADER, 'several threads read the weights while others reach the GPU'),
    flag(
      '--model-loader-extra-config',
      JSON.stringify(STREAMER_CONFIG),
      'threads and host memory of the loader',
    ),
  ];
}

function adapterFlags({ adapters }: EngineSettings): ServeFlag[] {
  if (adapters === undefined) return [];
  const { room, modules } = adapters;
  return [
    flag('--enable-lora', null, 'serves adapters beside the model'),
    flag('--max-loras', room.slots, 'adapters that one batch may mix'),
    flag('--max-lora-rank', room.maxRank, 'room for the largest of them'),
    ...(room.layers === 'all'
      ? []
      : [
          {
            name: '--lora-target-modules',
            value: PROJECTION_MODULES,
            reason: 'no room for adapters of experts and embeddings, which cost most',
          },
        ]),
    {
      name: '--lora-modules',
      value: modules.map(({ name, path }) => `${name}=${path}`),
      reason: 'the name that callers ask for, and where the adapter lies',
    },
  ];
}

function featureFlags(settings: EngineSettings, release: Release): ServeFlag[] {
  const flags: ServeFlag[] = [];
  if (settings.prefixCaching !== release.hybridPrefixCachingDefault) {
    const name = settings.prefixCaching ? '--enable-prefix-caching' : '--no-enable-prefix-caching';
    flags.push(flag(name, null, 'differs from the default of the release'));
  }
  if (settings.mtpTokens > 0) {
    const config = JSON.stringify({ method: 'mtp', num_speculative_tokens: settings.mtpTokens });
    flags.push(flag('--speculative-config', config, 'drafts tokens for lower latency'));
  }
  if (!settings.multimodal)
    flags.push(flag('--language-model-only', null, 'the vision tower is not loaded or profiled'));
  flags.push(flag('--reasoning-parser', REASONING_PARSER, 'separates thinking from the answer'));
  flags.push(flag('--enable-auto-tool-choice', null, 'lets the model call tools'));
  flags.push(flag('--tool-call-parser', TOOL_CALL_PARSER, "reads the model's tool calls"));
  if (!settings.thinking) {
    const kwargs = JSON.stringify({ enable_thinking: false });
    flags.push(
      flag('--default-chat-template-kwargs', kwargs, 'thinking is off unless a request asks for it'),
    );
  }
  if (settings.maxModelLen > FAMILY.maxPositionEmbeddings) {
    flags.push(
      flag(
        '--hf-overrides',
        yarnOverride(settings.maxModelLen),
        'YaRN, beyond the context the model was trained for',
      ),
    );
  }
  return flags;
}

/** Words of a workaround as flags: a word that does not start with `--` is the value of the one before. */
function workaroundFlags({ arguments: words }: Workaround): ServeFlag[] {
  return words.flatMap((word, i) => {
    if (!word.startsWith('--')) return [];
    const next = words[i + 1];
    return [
      flag(
        word,
        next === undefined || next.startsWith('--') ? null : next,
        'avoids a known problem of this release',
      ),
    ];
  });
}

/** Environment of the engine process. */
export function serveEnvironment(settings: EngineSettings, release: Release): Record<string, string> {
  const beyondTraining = settings.maxModelLen > FAMILY.maxPositionEmbeddings;
  return {
    // uvicorn closes idle connections after 5 s by default, before the load balancer does: sporadic 502s.
    VLLM_HTTP_TIMEOUT_KEEP_ALIVE: String(settings.keepAliveSeconds),
    VLLM_NO_USAGE_STATS: '1',
    ...(beyondTraining && release.yarnNeedsLongContextEnv ? { [release.longContextEnv]: '1' } : {}),
    ...Object.assign({}, ...(settings.workarounds ?? []).map(({ environment }) => environment)),
  };
}
