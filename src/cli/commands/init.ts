import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { UserError } from '../../errors';
import { EMBEDDED_CATALOGUE, regionsOf } from '../../hardware/offerings';
import { MODEL_NAMES } from '../../models/registry';
import { readRequirements } from '../../requirements/document';
import { type Answers, EXAMPLE_ANSWERS, exampleDocument } from '../../requirements/example';
import { resolveRequirements } from '../../requirements/resolve';
import { shellWord } from '../../vllm/quoting';
import { PRESET_NAMES, PRESETS, type PresetName } from '../../workload/presets';
import { writeText } from '../files';
import { jsonText } from '../output/json';
import type { WrittenOutput } from '../output/written';
import { DEFAULT_FILE } from '../requirements-file';
import type { Streams } from '../streams';

/** Where a clone has the schema, seen from its root. */
const SCHEMA = 'docs/schema/requirements.schema.json';

type Ask = (question: string, usual: string) => Promise<string>;

/** `init`: six questions on a terminal, the example without one. */
export function initCommand(streams: Streams): Command {
  return new Command('init')
    .description(
      `write a commented ${DEFAULT_FILE}: asks six questions on a terminal, else writes the example`,
    )
    .option('--out <file>', 'where to write it', DEFAULT_FILE)
    .option('--force', 'overwrite an existing file')
    .option('--json', 'print what was written as JSON')
    .action(async ({ out, force, json }: { out: string; force?: boolean; json?: boolean }) => {
      if (existsSync(out) && !force)
        throw new UserError(`${out} exists; give --force to overwrite it, or --out FILE`);
      const answers = process.stdin.isTTY && !json ? await interview() : EXAMPLE_ANSWERS;
      const text = exampleDocument(answers, existsSync(join(dirname(out), SCHEMA)) ? SCHEMA : null);
      resolveRequirements(readRequirements({ name: out, text }, []), EMBEDDED_CATALOGUE);
      writeText(out, text);
      streams.out(
        json
          ? jsonText({ written: [out] } satisfies WrittenOutput)
          : `Wrote ${out}\nNext: ${streams.program} plan ${shellWord(out)}\n`,
      );
    });
}

async function interview(): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await answersOf(
      async (question, usual) => (await terminal.question(`${question} [${usual}] `)).trim() || usual,
    );
  } finally {
    terminal.close();
  }
}

/** The six questions; an answer that makes no sense is asked again. */
export async function answersOf(ask: Ask): Promise<Answers> {
  const among = async <T extends string>(question: string, allowed: readonly T[], usual: T): Promise<T> => {
    for (;;) {
      const given = (await ask(question, usual)).toLowerCase();
      const found = allowed.find((name) => name.toLowerCase() === given);
      if (found !== undefined) return found;
    }
  };
  const number = async (question: string, usual: number): Promise<number> => {
    for (;;) {
      const given = Number(await ask(question, String(usual)));
      if (Number.isFinite(given) && given > 0 && given <= 86_400) return given;
    }
  };
  const model = await among(`Which model? (${MODEL_NAMES.join(', ')})`, MODEL_NAMES, EXAMPLE_ANSWERS.model);
  const preset = await among<PresetName>(`What traffic? (${PRESET_NAMES.join(', ')})`, PRESET_NAMES, 'chat');
  return {
    model,
    preset,
    requestsPerSecond: await number('Requests per second at the peak?', EXAMPLE_ANSWERS.requestsPerSecond),
    ttftP95Seconds: await number(
      'Seconds to the first token, 95 of 100 requests?',
      PRESETS[preset].ttftP95Seconds,
    ),
    tpotP95Seconds: await number(
      'Seconds per output token, 95 of 100 requests?',
      PRESETS[preset].tpotP95Seconds,
    ),
    region: await among('Which AWS region?', regionsOf(EMBEDDED_CATALOGUE), EXAMPLE_ANSWERS.region),
  };
}
