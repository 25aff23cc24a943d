import { type EngineSettings, serveArguments, serveEnvironment, serveFlags } from '../../src/vllm/arguments';
import { tensorParallelOnly } from '../../src/vllm/layout';
import { findRelease, LATEST_RELEASE, RELEASES } from '../../src/vllm/releases';

const settings = (overrides: Partial<EngineSettings> = {}): EngineSettings => ({
  hfId: 'Qwen/Qwen3.5-35B-A3B-FP8',
  revision: 'main',
  servedModelName: 'Qwen3.5-35B-A3B',
  layout: tensorParallelOnly(1),
  maxModelLen: 32_768,
  maxNumSeqs: 128,
  maxNumBatchedTokens: 8192,
  gpuMemoryUtilization: 0.92,
  kvCacheDtype: 'auto',
  prefixCaching: true,
  mtpTokens: 0,
  multimodal: false,
  thinking: true,
  shutdownTimeoutSeconds: 300,
  keepAliveSeconds: 620,
  ...overrides,
});

describe('arguments', () => {
  it('of a plain engine hold no defaults without a reason', () => {
    expect(serveArguments(settings(), LATEST_RELEASE)).toEqual([
      'Qwen/Qwen3.5-35B-A3B-FP8',
      ...['--served-model-name', 'Qwen3.5-35B-A3B'],
      ...['--max-model-len', '32768'],
      ...['--max-num-seqs', '128'],
      ...['--max-num-batched-tokens', '8192'],
      '--language-model-only',
      ...['--reasoning-parser', 'qwen3'],
      '--enable-auto-tool-choice',
      ...['--tool-call-parser', 'qwen3_coder'],
      ...['--shutdown-timeout', '300'],
    ]);
  });

  it('hold everything that differs', () => {
    const words = serveArguments(
      settings({
        revision: 'abc123',
        layout: { tensorParallel: 2, pipelineParallel: 2, dataParallel: 2, expertParallel: true },
        maxModelLen: 1_010_000,
        gpuMemoryUtilization: 0.9,
        kvCacheDtype: 'fp8',
        ssmCacheDtype: 'float16',
        userBlockSize: 64,
        prefixCaching: false,
        mtpTokens: 2,
        multimodal: true,
        thinking: false,
        workarounds: [{ arguments: ['--disable-custom-all-reduce'], environment: { X: '1' } }],
      }),
      LATEST_RELEASE,
    );
    const value = (flag: string): string | undefined => words[words.indexOf(flag) + 1];
    expect(value('--revision')).toBe('abc123');
    expect(value('--gpu-memory-utilization')).toBe('0.9');
    expect(value('--mamba-ssm-cache-dtype')).toBe('float16');
    expect(value('--block-size')).toBe('64');
    expect(JSON.parse(value('--speculative-config')!)).toEqual({ method: 'mtp', num_speculative_tokens: 2 });
    expect(JSON.parse(value('--default-chat-template-kwargs')!)).toEqual({ enable_thinking: false });
    expect(JSON.parse(value('--hf-overrides')!)).toEqual({
      text_config: {
        rope_parameters: {
          mrope_interleaved: true,
          mrope_section: [11, 11, 10],
          rope_type: 'yarn',
          rope_theta: 10_000_000,
          partial_rotary_factor: 0.25,
          factor: 3.9,
          original_max_position_embeddings: 262_144,
        },
      },
    });
    for (const flag of [
      '--enable-expert-parallel',
      '--no-enable-prefix-caching',
      '--disable-custom-all-reduce',
    ])
      expect(words).toContain(flag);
    expect(words).not.toContain('--language-model-only');
  });

  it('exist in every release, each with a reason', () => {
    for (const release of RELEASES) {
      for (const prefixCaching of [true, false]) {
        for (const flag of serveFlags(
          settings({ prefixCaching, mtpTokens: 1, maxModelLen: 400_000 }),
          release,
        )) {
          expect(release.flags).toContain(flag.name);
          expect(flag.reason).not.toBe('');
        }
      }
    }
    expect(serveArguments(settings(), findRelease('0.17.1')!)).not.toContain('--shutdown-timeout');
  });

  it('a flag that a release lacks is a defect, not a command line', () => {
    const workarounds = [{ arguments: ['--gdn-prefill-backend', 'triton'], environment: {} }];
    expect(() => serveArguments(settings({ workarounds }), findRelease('0.17.1')!)).toThrow(
      /has no flag --gdn-prefill-backend/,
    );
  });

  it('the long-context variable is set where the release needs it', () => {
    const environment = (version: string, maxModelLen: number) =>
      serveEnvironment(settings({ maxModelLen }), findRelease(version)!);
    expect(environment('0.33.0', 400_000)).toHaveProperty('VLLM_ALLOW_LONG_MAX_MODEL_LEN', '1');
    expect(environment('0.29.0', 400_000)).not.toHaveProperty('VLLM_ALLOW_LONG_MAX_MODEL_LEN');
    expect(environment('0.33.0', 262_144)).not.toHaveProperty('VLLM_ALLOW_LONG_MAX_MODEL_LEN');
  });
});

test('weights are streamed only where asked, within a bound of host memory', () => {
  const words = serveArguments(settings({ streamWeights: true }), LATEST_RELEASE);
  expect(words[words.indexOf('--load-format') + 1]).toBe('runai_streamer');
  const config = JSON.parse(words[words.indexOf('--model-loader-extra-config') + 1]!);
  expect(config).toEqual({ concurrency: 16, memory_limit: 5_368_709_120 });
  expect(serveArguments(settings(), LATEST_RELEASE)).not.toContain('--load-format');
});
