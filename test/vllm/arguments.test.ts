import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { parse } from 'yaml';
import { type EngineSettings, serveArguments, serveEnvironment, serveFlags } from '../../src/vllm/arguments';
import { tensorParallelOnly } from '../../src/vllm/layout';
import {
  type CommandLine,
  quoteCommandLine,
  shellWord,
  systemdWord,
  yamlScalar,
} from '../../src/vllm/quoting';
import { findRelease, LATEST_RELEASE, RELEASES } from '../../src/vllm/releases';
import { anyCharacter } from '../any-character';

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

/** Strings that break naive quoting, and anything else without a NUL. */
const hostile = fc
  .oneof(
    fc.constantFrom(
      "it's",
      '$(reboot)',
      '`id`',
      '%n %% $$',
      'a\\nb\\',
      '"quoted"',
      '',
      ' ',
      '\n',
      '--flag',
      '#no',
      ';',
      '$' + '{HOME}',
      'ü→𝄞',
      '*?[a]',
      '~',
      '!x',
      '{a,b}',
      '=x',
    ),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: anyCharacter }),
  )
  // Lone surrogates are no text: a command line is UTF-8.
  .map((text) => Buffer.from(text.replaceAll('\0', ''), 'utf8').toString('utf8'));

describe('quoting', () => {
  it('for the shell survives sh', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 20 }), (words) => {
        const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
        const printed = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
        expect(printed.split('\0').slice(0, -1)).toEqual(words);
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it('for YAML survives the parser', () => {
    fc.assert(
      fc.property(fc.array(hostile), (words) => {
        expect(
          parse(`words:\n${words.map((word) => `  - ${yamlScalar(word)}\n`).join('') || '  []\n'}`).words,
        ).toEqual(words);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('for systemd survives its rules', () => {
    fc.assert(
      fc.property(hostile, (word) => {
        const quoted = systemdWord(word);
        expect(quoted).not.toMatch(/[\n\r]/);
        expect(readSystemdWord(quoted, true)).toBe(word);
        expect(readSystemdWord(systemdWord(word, 'environment'), false)).toBe(word);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('refuses a NUL', () => {
    for (const quoted of [shellWord, systemdWord, yamlScalar]) expect(() => quoted('a\0b')).toThrow(/NUL/);
  });

  const line: CommandLine = {
    image: 'vllm/vllm-openai:v0.33.0',
    arguments: [
      'Qwen/X',
      '--served-model-name',
      "it's $(x)",
      '--flag',
      '--speculative-config',
      '{"a": "b c"}',
    ],
    environment: { KEY: "v 'w'" },
  };

  it('a whole command line runs in a shell', () => {
    const script = `vllm() { printf '%s\\0' "$KEY" "$@"; }\n${quoteCommandLine(line, 'shell')}`;
    const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
    expect(words).toEqual(["v 'w'", 'serve', ...line.arguments]);
    const docker = `docker() { printf '%s\\0' "$@"; }\n${quoteCommandLine(line, 'docker')}`;
    const passed = execFileSync('sh', ['-c', docker], { encoding: 'utf8' }).split('\0').slice(0, -1);
    expect(passed.slice(-line.arguments.length - 1)).toEqual([line.image, ...line.arguments]);
    expect(passed).toContain("KEY=v 'w'");
  });

  it('a whole command line parses as YAML', () => {
    expect(parse(quoteCommandLine(line, 'yaml'))).toEqual({
      image: line.image,
      args: line.arguments,
      env: [{ name: 'KEY', value: "v 'w'" }],
    });
    expect(parse(quoteCommandLine({ ...line, environment: {} }, 'yaml')).args).toEqual(line.arguments);
  });

  it('a whole command line is one systemd command', () => {
    expect(quoteCommandLine(line, 'systemd')).toBe(
      [
        `Environment="KEY=v 'w'"`,
        'ExecStart=/usr/bin/env vllm serve \\',
        '  "Qwen/X" \\',
        `  "--served-model-name" "it's $$(x)" \\`,
        '  "--flag" \\',
        '  "--speculative-config" "{\\"a\\": \\"b c\\"}"',
        '',
      ].join('\n'),
    );
  });
});

/** A double-quoted word as systemd reads it: specifiers, C escapes, then `$$` in commands (systemd.syntax(7)). */
function readSystemdWord(quoted: string, command: boolean): string {
  const inner = quoted.slice(1, -1).replaceAll('%%', '%');
  const unescaped = inner.replace(/\\(x[0-9a-f]{2}|.)/gs, (_, code: string) =>
    code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : code,
  );
  return command ? unescaped.replaceAll('$$', '$') : unescaped;
}

test('weights are streamed only where asked, within a bound of host memory', () => {
  const words = serveArguments(settings({ streamWeights: true }), LATEST_RELEASE);
  expect(words[words.indexOf('--load-format') + 1]).toBe('runai_streamer');
  const config = JSON.parse(words[words.indexOf('--model-loader-extra-config') + 1]!);
  expect(config).toEqual({ concurrency: 16, memory_limit: 5_368_709_120 });
  expect(serveArguments(settings(), LATEST_RELEASE)).not.toContain('--load-format');
});
