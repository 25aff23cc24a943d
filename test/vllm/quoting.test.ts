import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { parse } from 'yaml';
import {
  type CommandLine,
  quoteCommandLine,
  shellWord,
  systemdWord,
  yamlScalar,
} from '../../src/vllm/quoting';
import { anyCharacter } from '../any-character';

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
