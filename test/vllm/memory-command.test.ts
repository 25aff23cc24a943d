import { cli } from '../cli/harness';

const engine = (model: string, checkpoint: string, gpu: string, ...rest: string[]): string[] => [
  ...['--model', model, '--checkpoint', checkpoint, '--gpu', gpu],
  ...rest,
];
const json = async (...words: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await cli('memory', ...words, '--json')).out);

describe('memory --json', () => {
  it('holds exactly the contract', async () => {
    const document = await json(
      ...engine('Qwen3.5-35B-A3B', 'fp8', 'L40S', '--max-model-len', '32768', '--max-num-seqs', '32'),
    );
    expect(Object.keys(document)).toEqual(
      'fits reasons vllmVersion weightsGiB kvCacheGiB peakActivationGiB cudaGraphGiB otherGiB marginGiB blockTokens pageBytes poolBlockBytes poolBlocks attentionBytesPerToken blocksPerMaxLenSequence kvCacheTokensLogged maxConcurrency maxNumSeqsLimit hostRamGiB diskGiB'.split(
        ' ',
      ),
    );
    expect(document).toMatchObject({
      vllmVersion: '0.33.0',
      blockTokens: 1056,
      attentionBytesPerToken: 20_480,
      hostRamGiB: 10,
    });
  });

  it('reproduces a log from its KV GiB (obs24: 564 blocks, 267,842 tokens, 8.17x)', async () => {
    const document = await json(
      ...engine(
        'Qwen3.5-4B',
        'bf16',
        'L4',
        '--kv-cache-gib',
        '9.09',
        '--max-model-len',
        '32768',
        '--prefix-caching',
        'on',
        '--vllm',
        '0.29.0',
      ),
    );
    expect(document).toMatchObject({
      blockTokens: 528,
      poolBlocks: 564,
      kvCacheTokensLogged: 267_842,
      kvCacheGiB: 9.09,
    });
    expect((document.maxConcurrency as number).toFixed(2)).toBe('8.17');
  });

  it('computes the pool of a checkpoint whose size is unknown', async () => {
    const document = await json(...engine('Qwen3.5-27B', 'gptq-int4', 'L40S', '--kv-cache-gib', '10'));
    expect(document).toMatchObject({ weightsGiB: null, diskGiB: null, blockTokens: 784 });
  });

  it('finds GPUs however they are written, and takes other memory', async () => {
    for (const id of ['RTXPRO6000', 'rtx-pro-6000', 'RTX PRO 6000']) {
      expect(await json(...engine('Qwen3.5-9B', 'bf16', id))).toMatchObject({ fits: true });
    }
    const small = await json(...engine('Qwen3.5-9B', 'bf16', 'H100', '--gpu-memory-gib', '20'));
    expect(small).toMatchObject({ fits: false });
  });

  it('says when the GPU lacks BF16', async () => {
    const { fits, reasons } = await json(...engine('Qwen3.5-0.8B', 'bf16', 'T4'));
    expect(fits).toBe(false);
    expect((reasons as string[])[0]).toMatch(/no BF16/);
  });
});

describe('memory for a person', () => {
  it('fits 80 columns and says where each GiB goes', async () => {
    const { out, code } = await cli(
      'memory',
      ...engine('Qwen3.5-35B-A3B', 'bf16', 'H100', '--tp', '2', '--max-num-seqs', '64'),
    );
    expect(code).toBe(0);
    for (const line of out.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
    for (const text of [
      'It fits.',
      'weights',
      'KV cache',
      'margin',
      '4,096 tokens',
      '32,768 tokens',
      '262,144 tokens',
      'What limits',
      '2 more GPUs (TP 4)',
      'FP8 KV cache:',
    ]) {
      expect(out).toContain(text);
    }
    expect(out).not.toContain('\u001b');
  });

  it('shows what would help where it does not fit', async () => {
    const { out } = await cli(
      'memory',
      ...engine('Qwen3.5-35B-A3B', 'bf16', 'H100', '--max-model-len', '32768', '--max-num-seqs', '256'),
    );
    expect(out).toContain('It does not fit.');
    expect(out).toContain('One more GPU (TP 2)');
    expect(out).toContain('It would fit.');
  });

  it('warns of known problems', async () => {
    const { out } = await cli(
      'memory',
      ...engine('Qwen3.5-27B', 'fp8', 'H100', '--mtp', '1', '--max-num-seqs', '32'),
    );
    expect(out).toMatch(/Known problems\n {2}- Prefix caching together with MTP/);
  });
});

describe('bad input is one line that says what is allowed', () => {
  const model = engine('Qwen3.5-35B-A3B', 'fp8', 'H100');

  it.each<[string, string[], RegExp]>([
    [
      'a split that does not divide',
      [...model, '--tp', '8'],
      /FP8 needs multiples of 128.*TP 1, 2, 4 would do/,
    ],
    [
      'heads that do not divide',
      [...engine('Qwen3.5-27B', 'bf16', 'H100'), '--tp', '3'],
      /neither divide by TP 3 nor replicate evenly; TP 1, 2, 4, 8 would do/,
    ],
    ['experts at TP x DP', [...model, '--tp', '2', '--dp', '4'], /expert width 512\/8 = 64/],
    [
      'a checkpoint the model lacks',
      engine('Qwen3.5-9B', 'fp8', 'L4'),
      /Qwen3.5-9B has no "fp8" checkpoint; it has bf16/,
    ],
    ['an unknown size', engine('Qwen3.5-27B', 'gptq-int4', 'L40S'), /size of .* is not known/],
    ['an unknown model', engine('Qwen3.5-36B', 'bf16', 'L4'), /unknown model.*did you mean/],
    ['an unknown GPU', engine('Qwen3.5-9B', 'bf16', 'L40'), /unknown GPU "L40"; did you mean L40S\?/],
    ['an unknown version', [...model, '--vllm', '0.16.0'], /unknown release "0.16.0"; known: 0.33.0/],
    ['utilisation 0', [...model, '--gpu-memory-utilization', '0'], /above 0 and at most 1/],
    ['utilisation above 1', [...model, '--gpu-memory-utilization', '1.01'], /above 0 and at most 1/],
    ['a context beyond the model', [...model, '--max-model-len', '1010001'], /1010000 with YaRN/],
    ['a block that kernels cannot use', [...model, '--block-size', '20'], /not a multiple of 16/],
    [
      'a state dtype that is too new',
      [...model, '--ssm-cache-dtype', 'bfloat16', '--vllm', '0.21.0'],
      /takes auto, float32, float16/,
    ],
    ['neither on nor off', [...model, '--prefix-caching', 'yes'], /is not one of on, off/],
    ['not a number', [...model, '--max-num-seqs', 'many'], /not a whole number/],
  ])('%s', async (_, words, message) => {
    const { code, out, err } = await cli('memory', ...words);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err.trim()).not.toContain('\n');
  });
});

// vLLM 0.25.1 on one H100, started on 2026-11-27 after the prediction had been written (docs/performance.md).
test('what an H100 logged for 35B-A3B FP8 comes out', async () => {
  const words = ['--max-model-len', '40960', '--max-num-seqs', '256', '--max-num-batched-tokens', '8192'];
  const more = [
    '--language-model-only',
    '--prefix-caching',
    'on',
    '--vllm',
    '0.25.1',
    '--gpu-memory-utilization',
    '0.9',
  ];
  const { out } = await cli(
    'memory',
    ...engine('Qwen3.5-35B-A3B', 'fp8', 'H100', ...words, ...more),
    '--json',
  );
  const memory = JSON.parse(out);
  expect(memory.weightsGiB).toBeCloseTo(33.38, 2);
  expect(memory.blockTokens).toBe(1056);
  expect(Math.abs(memory.kvCacheGiB / 35.41 - 1)).toBeLessThan(0.005);
  expect(Math.abs(memory.kvCacheTokensLogged / 1_600_170 - 1)).toBeLessThan(0.005);
  expect(Math.abs(memory.maxConcurrency / 39.07 - 1)).toBeLessThan(0.005);
});

describe('vllm-args', () => {
  it('prints a command line that fits, without prefix caching beside MTP', async () => {
    const { out } = await cli(
      'vllm-args',
      ...engine('Qwen3.5-35B-A3B', 'fp8', 'L40S', '--tp', '2', '--mtp', '1', '--max-model-len', '65536'),
    );
    expect(out).toContain('--no-enable-prefix-caching');
    expect(out).toContain('--tensor-parallel-size 2');
  });

  it('works around known problems of the GPU', async () => {
    const { out } = await cli(
      'vllm-args',
      ...engine('Qwen3.5-35B-A3B', 'fp8', 'RTXPRO6000', '--tp', '2'),
      '--json',
    );
    expect(JSON.parse(out).arguments).toContain('--disable-custom-all-reduce');
  });

  it('refuses what would not start', async () => {
    const tooMany = await cli(
      'vllm-args',
      ...engine('Qwen3.5-27B', 'fp8', 'L40S', '--max-num-seqs', '2000', '--max-model-len', '8192'),
    );
    expect(tooMany.code).toBe(1);
    expect(tooMany.err).toMatch(/does not fit L40S at TP 1/);
    const both = await cli('vllm-args', 'some.plan.json', '--gpu', 'L4', '--for', 'docker');
    expect(both.code).toBe(2);
    expect(both.err).toBe(
      'error: --gpu cannot change the engine of a plan; leave it out, or leave out "some.plan.json"\n',
    );
    const nothing = await cli('vllm-args');
    expect(nothing.code).toBe(2);
    expect(nothing.err).toMatch(/give a plan file, or --model, --checkpoint, --gpu/);
    expect((await cli('vllm-args', ...engine('Qwen3.5-9B', 'bf16', 'L4'), '--for', 'cmd')).err).toMatch(
      /shell, docker, systemd, yaml/,
    );
  });
});
