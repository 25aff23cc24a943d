import { Command, Option } from 'commander';
import { APIS } from '../../bench/asks';
import { serializeResult } from '../../bench/result';
import { type BenchInput, runBench } from '../../bench/run';
import { apiKeyFrom, keepingSecret } from '../../bench/secret';
import { smoke } from '../../bench/smoke';
import { failuresOf, markdownSummary, terminalSummary } from '../../bench/summary';
import { UserError } from '../../errors';
import { seconds } from '../../report/format';
import { API_DEFAULT, type BenchOptions, benchInput } from '../bench-flags';
import { writeText } from '../files';
import { jsonText } from '../output/json';
import type { SmokeOutput } from '../output/smoke';
import { readText } from '../read-text';
import type { Streams } from '../streams';

const SMOKE_SECONDS = 20;

/** `bench PLAN --url URL`: measure a running endpoint, compare it with its plan. */
export function benchCommand(streams: Streams): Command {
  return new Command('bench')
    .description('measure a running OpenAI-compatible endpoint and compare it with its plan')
    .argument('[PLAN]', 'plan document written by qwen-selfhost plan (none with --smoke)')
    .requiredOption(
      '--url <url>',
      'the endpoint, for example http://127.0.0.1:8000/v1; nothing else is contacted',
    )
    .option('--api-key-env <name>', 'environment variable that holds the API key')
    .option('--ca-file <file>', 'PEM certificates of authorities to trust beside the usual ones')
    .option('--rate <r>', "requests per second, random arrivals (default: the plan's rate)")
    .option('--burstiness <shape>', 'gamma shape of the gaps: 1 is Poisson, below 1 bursty', '1')
    .option('--concurrency <n>', 'clients that each wait for their answer, instead of a rate')
    .option('--sweep', 'several rates: 10%, 50% and 90% of the planned capacity, and the planned rate')
    .option('--duration <s>', 'seconds of each load, warm-up included', '120')
    .option(
      '--warmup <s>',
      'seconds at the start that are not measured (default: until an answer of the plan has ended, a tenth of the duration at least and half of it at most)',
    )
    .option('--requests <n>', 'requests of each load at most', '100000')
    .option('--max-in-flight <n>', 'requests open at once, at most', '4096')
    .option('--timeout <s>', "longest request (default: the plan's)")
    .option('--stall <s>', 'longest silence of a stream (default: as --timeout)')
    .option(
      '--dataset <file>',
      'a trace (JSON Lines or CSV) or ShareGPT conversations instead of the planned workload',
    )
    .addOption(new Option('--api <api>', 'which requests to send').choices(APIS).default(API_DEFAULT))
    .option('--model <name>', "model name to send (default: the plan's; with --smoke, the first one listed)")
    .option(
      '--seed <n>',
      'seed of lengths, prompts and arrivals (default: from the clock, so that no cache knows them)',
    )
    .option('--json', 'print the result document instead of the report')
    .option('--out <file>', 'write the result document; a name that ends in .md gets a Markdown report')
    .option('--smoke', 'twenty seconds, one line: does it answer?')
    .action(async (file: string | undefined, options: BenchOptions, command: Command) => {
      if (options.smoke) refuseBesideSmoke(file, command);
      const apiKey = apiKeyFrom(options.apiKeyEnv, process.env);
      const access = {
        ...(apiKey === undefined ? {} : { apiKey }),
        ...(options.caFile === undefined ? {} : { ca: readText(options.caFile) }),
      };
      await keepingSecret(apiKey, () =>
        options.smoke ? smokeTest(options, access, streams) : benchmark(file, options, access, streams),
      );
    });
}

/** Attributes of the options that a smoke test heeds. */
const SMOKE_OPTIONS = ['smoke', 'url', 'apiKeyEnv', 'caFile', 'api', 'model', 'json'];

/** @throws UserError for what a smoke test would leave unheeded */
function refuseBesideSmoke(file: string | undefined, command: Command): void {
  const unheeded = [
    ...(file === undefined ? [] : ['PLAN']),
    ...command.options
      .filter((option) => !SMOKE_OPTIONS.includes(option.attributeName()))
      .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
      .map(({ long }) => long),
  ];
  if (unheeded.length > 0)
    throw new UserError(
      `--smoke: it asks a few short questions of its own for at most ${SMOKE_SECONDS} seconds and takes no ${unheeded.join(', ')}; leave out either`,
    );
}

type Access = Pick<BenchInput, 'apiKey' | 'ca'>;

async function smokeTest(options: BenchOptions, access: Access, streams: Streams): Promise<void> {
  const smoked = await smoke({
    url: options.url,
    ...access,
    api: options.api,
    ...(options.model === undefined ? {} : { model: options.model }),
    durationSeconds: SMOKE_SECONDS,
  });
  const { requests, model, ttftSeconds: ttft, tpotSeconds: tpot } = smoked;
  streams.out(
    options.json
      ? jsonText(smoked satisfies SmokeOutput)
      : `ok: ${requests} of ${requests} requests answered by ${model}, TTFT p50 ${seconds(ttft.p50)} p95 ${seconds(ttft.p95)}${tpot === null ? '' : `, TPOT p50 ${seconds(tpot.p50)}`}\n`,
  );
}

/** @throws UserError (exit code 1) when a promise of the plan is not kept */
async function benchmark(
  file: string | undefined,
  options: BenchOptions,
  access: Access,
  streams: Streams,
): Promise<void> {
  const result = await runBench({
    ...benchInput(file, options),
    ...access,
    onProgress: (line) => streams.err(`${line}\n`),
  });
  const text = serializeResult(result);
  if (options.out !== undefined)
    writeText(options.out, options.out.endsWith('.md') ? markdownSummary(result) : text);
  streams.out(options.json ? text : terminalSummary(result, Math.max(80, streams.columns)));
  if (options.out !== undefined && !options.json) streams.out(`\nWrote ${options.out}\n`);
  const [failure, ...more] = failuresOf(result);
  if (failure !== undefined)
    throw new UserError(
      `the plan does not hold: ${failure}${more.length > 0 ? `; and ${more.length} more` : ''}`,
      1,
    );
}
