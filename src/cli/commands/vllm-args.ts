import { Command } from 'commander';
import { quote, UserError } from '../../errors';
import { parsePlan } from '../../plan/document';
import { type EngineSettings, serveArguments, serveEnvironment } from '../../vllm/arguments';
import { memoryBudget } from '../../vllm/budget';
import { chooseEngineSettings } from '../../vllm/choose';
import { knownProblems } from '../../vllm/known-problems';
import { type CommandLine, QUOTING_TARGETS, type QuotingTarget, quoteCommandLine } from '../../vllm/quoting';
import { addVllmFlags, type VllmOptions, vllmSetupOf } from '../engine/vllm-flags';
import { jsonText } from '../output/json';
import { readText } from '../read-text';
import type { Streams } from '../streams';

const SHUTDOWN_TIMEOUT_SECONDS = 300;
/** Above any idle timeout of a load balancer that this program sets (4,000 s at most). */
const KEEP_ALIVE_SECONDS = 4060;

interface VllmArgsOptions extends VllmOptions {
  readonly for: string;
  readonly json?: boolean;
  readonly thinking: boolean;
}

/** `vllm-args [PLAN]`: the `vllm serve` command line of a plan, or of flags, quoted for where it goes. */
export function vllmArgsCommand(streams: Streams): Command {
  const command = new Command('vllm-args')
    .description('print the vllm serve command line of a plan, or of --model, --checkpoint and --gpu')
    .argument('[PLAN]', 'a plan document (plans/<name>.plan.json)')
    .option('--for <place>', `quoting for: ${QUOTING_TARGETS.join(', ')}`, 'shell')
    .option('--no-thinking', 'switch thinking off')
    .option('--json', 'print image, arguments and environment as JSON, unquoted');
  return addVllmFlags(command, { required: false }).action(
    (file: string | undefined, options: VllmArgsOptions) => {
      const target = QUOTING_TARGETS.find((known): known is QuotingTarget => known === options.for);
      if (target === undefined)
        throw new UserError(`--for: ${quote(options.for)} is not one of ${QUOTING_TARGETS.join(', ')}`);
      const line = file === undefined ? fromFlags(options) : fromPlan(file, engineFlags(command));
      streams.out(options.json ? jsonText(line) : quoteCommandLine(line, target));
    },
  );
}

/** Flags that were given and describe an engine. */
const engineFlags = (command: Command): string[] =>
  command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .map((option) => option.long ?? option.flags)
    .filter((flag) => flag !== '--for' && flag !== '--json');

/** A plan's engine is as it was planned: flags that would describe another one are refused. */
function fromPlan(file: string, flags: readonly string[]): CommandLine {
  if (flags.length > 0)
    throw new UserError(
      `${flags.join(', ')} cannot change the engine of a plan; leave ${flags.length > 1 ? 'them' : 'it'} out, or leave out ${quote(file)}`,
    );
  const { engine } = parsePlan(readText(file), file);
  return { image: engine.image, arguments: engine.arguments, environment: engine.environment };
}

function fromFlags(options: VllmArgsOptions): CommandLine {
  const missing = (['model', 'checkpoint', 'gpu'] as const).filter((name) => options[name] === undefined);
  if (missing.length > 0)
    throw new UserError(
      `nothing to print: give a plan file, or ${missing.map((name) => `--${name}`).join(', ')}`,
    );
  const setup = vllmSetupOf(options);
  const settings = settingsOf(setup, options);
  return {
    image: setup.release.image,
    arguments: serveArguments(settings, setup.release),
    environment: serveEnvironment(settings, setup.release),
  };
}

type Setup = ReturnType<typeof vllmSetupOf>;

/** What the user left open is chosen so that it fits; what the user gave stays. */
function settingsOf(setup: Setup, { thinking, prefixCaching }: VllmArgsOptions): EngineSettings {
  const { input, model, checkpoint, gpu, release, given } = setup;
  const outcome = chooseEngineSettings({
    architecture: model.architecture,
    checkpoint,
    layout: input.layout,
    gpu,
    release,
    contextTokens: input.maxModelLen,
    wantedSequences: given.maxNumSeqs ? input.maxNumSeqs : null,
    vision: input.vision,
    mtpTokens: input.mtpTokens,
    ...(prefixCaching === undefined ? {} : { prefixCaching: input.prefixCaching }),
    ssmCacheDtype: input.ssmCacheDtype,
    kvCacheDtype: input.kvCacheDtype,
  });
  if (!outcome.ok) throw doesNotFit(setup, outcome.reason);
  const { choice } = outcome;
  const final = {
    maxNumSeqs: given.maxNumSeqs ? input.maxNumSeqs : choice.maxNumSeqs,
    maxNumBatchedTokens: given.maxNumBatchedTokens ? input.maxNumBatchedTokens : choice.maxNumBatchedTokens,
    gpuMemoryUtilization: given.gpuMemoryUtilization
      ? input.gpuMemoryUtilization
      : choice.gpuMemoryUtilization,
    prefixCaching: choice.prefixCaching,
  };
  const budget = memoryBudget({ ...input, ...final });
  if (budget !== null && !budget.fits) throw doesNotFit(setup, budget.reasons[0]!);
  const problems = knownProblems({
    release,
    model: model.name,
    checkpoint,
    layout: input.layout,
    computeCapability: gpu.computeCapability,
    prefixCaching: choice.prefixCaching,
    mtpTokens: input.mtpTokens,
  });
  return {
    hfId: checkpoint.hfId,
    revision: 'main',
    servedModelName: model.name,
    layout: input.layout,
    maxModelLen: choice.maxModelLen,
    ...final,
    kvCacheDtype: choice.kvCacheDtype,
    ssmCacheDtype: input.ssmCacheDtype,
    mtpTokens: input.mtpTokens,
    multimodal: input.vision,
    thinking,
    userBlockSize: input.userBlockSize ?? null,
    workarounds: problems.flatMap(({ workaround }) => workaround ?? []),
    shutdownTimeoutSeconds: SHUTDOWN_TIMEOUT_SECONDS,
    keepAliveSeconds: KEEP_ALIVE_SECONDS,
  };
}

const doesNotFit = ({ model, checkpoint, gpu, input }: Setup, reason: string): UserError =>
  new UserError(
    `${model.name} ${checkpoint.key} does not fit ${gpu.id} at TP ${input.layout.tensorParallel}: ${reason}`,
    1,
  );
