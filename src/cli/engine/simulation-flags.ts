import { type Command, Option } from 'commander';
import { UserError } from '../../errors';
import { ROUTINGS, type Routing } from '../../simulation/cluster';
import type {
  LengthDistribution,
  SimulatedArrivals,
  SimulatedLengths,
  SimulationConfig,
} from '../../simulation/config';
import { checkLengths } from '../../simulation/lengths';
import type { Trace } from '../../simulation/trace';
import { LIMITS } from '../../workload/workload';
import { numberFlag, wholeFlag } from '../number-flags';
import { readTrace } from '../trace-file';
import { type EngineOptions, type FlagLoad, type LoadOptions, loadOf } from './engine-flags';
import { type EngineSetup, engineOf } from './engine-setup';

export interface SimulationOptions extends EngineOptions, LoadOptions {
  readonly trace?: string;
  readonly requests?: string;
  readonly seed: string;
  readonly replicas: string;
  readonly routing: Routing;
  readonly burstiness: string;
  readonly islP95?: string;
  readonly oslP95?: string;
  readonly sloTtft?: string;
  readonly sloTpot?: string;
  readonly json?: boolean;
}

const USUAL_REQUESTS = 20_000;

/** Adds the flags that only a simulation has. */
export function addSimulationFlags(command: Command): Command {
  return command
    .option(
      '--trace <file>',
      'replay requests: JSON Lines {timestamp, input_tokens, output_tokens, prefix_hash?} or CSV with such columns',
    )
    .option(
      '--requests <n>',
      `requests to simulate (default ${USUAL_REQUESTS}); of a trace, the first n (default: all)`,
    )
    .option('--seed <n>', 'seed of the random numbers', '1')
    .option('--replicas <n>', 'engine replicas behind one balancer', '1')
    .addOption(
      new Option('--routing <how>', 'how the balancer picks a replica')
        .choices(ROUTINGS)
        .default('least-outstanding'),
    )
    .option(
      '--burstiness <shape>',
      'gamma shape of the gaps between arrivals: 1 is Poisson, below 1 bursty',
      '1',
    )
    .option('--isl-p95 <tokens>', '95th percentile of log-normal prompt lengths (default: all alike)')
    .option('--osl-p95 <tokens>', '95th percentile of log-normal output lengths (default: all alike)')
    .option('--slo-ttft <s>', 'goodput counts requests whose first token comes within this')
    .option('--slo-tpot <s>', 'goodput counts requests whose time per output token is within this')
    .option('--json', 'print JSON');
}

export interface AskedSimulation {
  readonly engine: EngineSetup;
  readonly config: SimulationConfig;
  /** Share of every prompt in the prefix cache. */
  readonly prefixHitRate: number;
}

/** @throws UserError for flags that are missing, contradict each other or make no sense */
export function simulationOf(options: SimulationOptions): AskedSimulation {
  const load = loadOf(options);
  const trace = options.trace === undefined ? null : readTrace(options.trace);
  if (trace !== null) refuseWithTrace(load, options);
  const lengths = trace === null ? lengthsOf(load, options) : null;
  const longestTokens = lengths !== null ? longestOf(lengths) : trace !== null ? longestOfTrace(trace) : 1;
  const engine = engineOf(options, { longestTokens, prefixHitRate: load.prefixHitRate });
  const seconds = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : numberFlag(flag, text, { above: 0, max: LIMITS.seconds });
  const ttftSeconds = seconds('--slo-ttft', options.sloTtft);
  const tpotSeconds = seconds('--slo-tpot', options.sloTpot);
  const config: SimulationConfig = {
    ...simulatedEngine(engine),
    replicas: wholeFlag('--replicas', options.replicas, { min: 1, max: 10_000 }),
    routing: options.routing,
    arrivals: trace === null ? arrivalsOf(load, options) : { kind: 'trace', trace },
    lengths,
    ...(trace === null ? sharedPrefix(load.prefixHitRate) : {}),
    requests:
      options.requests === undefined
        ? (trace?.inputTokens.length ?? USUAL_REQUESTS)
        : wholeFlag('--requests', options.requests, { min: 1, max: 5_000_000 }),
    seed: wholeFlag('--seed', options.seed, { min: 0, max: 2 ** 32 - 1 }),
    slo:
      ttftSeconds === undefined && tpotSeconds === undefined
        ? null
        : {
            ...(ttftSeconds === undefined ? {} : { ttftSeconds }),
            ...(tpotSeconds === undefined ? {} : { tpotSeconds }),
          },
  };
  return { engine, config, prefixHitRate: load.prefixHitRate };
}

/** One replica of an engine, as a simulation needs it. */
export const simulatedEngine = (engine: EngineSetup) => ({
  features: engine.features,
  coefficients: engine.coefficients,
  pool: { blocks: engine.budget.poolBlocks, layout: engine.budget.pool },
  maxNumSeqs: engine.maxNumSeqs,
  maxNumBatchedTokens: engine.maxNumBatchedTokens,
  prefixCaching: engine.prefixCaching,
  mtpTokens: engine.mtpTokens,
});

/** All prompts begin alike with this share of them. */
export const sharedPrefix = (share: number): Pick<SimulationConfig, 'prefixes'> =>
  share > 0 ? { prefixes: { kind: 'shared', common: { share }, groups: 1 } } : {};

function arrivalsOf(
  { concurrency, requestsPerSecond }: FlagLoad,
  options: SimulationOptions,
): SimulatedArrivals {
  const burstiness = numberFlag('--burstiness', options.burstiness, { min: 0.001, max: 1e6 });
  if (concurrency !== null) return { kind: 'closed', concurrency };
  if (requestsPerSecond === null)
    throw new UserError('give the load: --rate R, --concurrency N or --trace FILE');
  return burstiness === 1
    ? { kind: 'poisson', requestsPerSecond }
    : { kind: 'gamma', requestsPerSecond, burstiness };
}

type IndependentLengths = Extract<SimulatedLengths, { kind: 'independent' }>;

function lengthsOf({ inputTokens, outputTokens }: FlagLoad, options: SimulationOptions): IndependentLengths {
  if (inputTokens === null || outputTokens === null)
    throw new UserError('give the lengths: --isl N and --osl N, or --trace FILE');
  const lengths: IndependentLengths = {
    kind: 'independent',
    input: distributionOf('--isl-p95', inputTokens, options.islP95),
    output: distributionOf('--osl-p95', outputTokens, options.oslP95),
  };
  checkLengths(lengths);
  return lengths;
}

function distributionOf(flag: string, mean: number, p95: string | undefined): LengthDistribution {
  if (p95 === undefined) return { kind: 'fixed', tokens: mean };
  return { kind: 'lognormal', mean, p95: numberFlag(flag, p95, { min: 1, max: LIMITS.tokens }) };
}

function refuseWithTrace(load: FlagLoad, options: SimulationOptions): void {
  const contradiction =
    load.inputTokens !== null ||
    load.outputTokens !== null ||
    options.islP95 !== undefined ||
    options.oslP95 !== undefined
      ? 'lengths'
      : load.concurrency !== null || load.requestsPerSecond !== null
        ? 'arrival times'
        : load.prefixHitRate > 0
          ? 'prefixes'
          : null;
  if (contradiction !== null)
    throw new UserError(`--trace brings its own ${contradiction}: leave out the flags that set them`);
}

/** What the engine must hold at least; drawn lengths beyond what it holds are cut, and counted. */
function longestOf(lengths: IndependentLengths): number {
  const typical = (length: LengthDistribution): number =>
    length.kind === 'fixed' ? length.tokens : Math.ceil(length.p95);
  return typical(lengths.input) + typical(lengths.output);
}

function longestOfTrace({ inputTokens, outputTokens }: Trace): number {
  let longest = 0;
  for (let i = 0; i < inputTokens.length; i++)
    longest = Math.max(longest, inputTokens[i]! + outputTokens[i]!);
  return longest;
}
