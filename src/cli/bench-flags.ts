import type { Api } from '../bench/asks';
import { isTrace } from '../bench/demand';
import type { BenchLoad } from '../bench/result';
import { type BenchInput, plannedLoad, sweepLoads, usualWarmUpSeconds } from '../bench/run';
import { UserError } from '../errors';
import { parsePlan } from '../plan/document';
import type { Plan } from '../plan/schema';
import { LIMITS } from '../workload/workload';
import { numberFlag, wholeFlag } from './number-flags';
import { packageVersion } from './package-root';
import { readText, readTraffic } from './read-text';

export interface BenchOptions {
  readonly url: string;
  readonly apiKeyEnv?: string;
  readonly caFile?: string;
  readonly rate?: string;
  readonly burstiness: string;
  readonly concurrency?: string;
  readonly sweep?: boolean;
  readonly duration: string;
  readonly warmup?: string;
  readonly requests: string;
  readonly maxInFlight: string;
  readonly timeout?: string;
  readonly stall?: string;
  readonly dataset?: string;
  readonly api: Api;
  readonly model?: string;
  readonly seed?: string;
  readonly json?: boolean;
  readonly out?: string;
  readonly smoke?: boolean;
}

export const API_DEFAULT: Api = 'chat';
const MOST_IN_FLIGHT = 65_536;
const SEEDS = 2 ** 31;

/** What a benchmark is to do. @throws UserError for flags that contradict each other or make no sense */
export function benchInput(
  file: string | undefined,
  options: BenchOptions,
): Omit<BenchInput, 'apiKey' | 'ca' | 'onProgress'> {
  if (file === undefined)
    throw new UserError(
      "give the plan to compare with: 'qwen-selfhost bench plans/NAME.plan.json --url URL' (or --smoke)",
    );
  const plan = parsePlan(readText(file), file);
  const dataset =
    options.dataset === undefined ? undefined : { name: options.dataset, text: readTraffic(options.dataset) };
  const durationSeconds = numberFlag('--duration', options.duration, { above: 0, max: LIMITS.seconds });
  const loads = loadsOf(plan, options, dataset !== undefined && isTrace(dataset.text));
  const maxRequests = wholeFlag('--requests', options.requests, { min: 1, max: 10_000_000 });
  const warmUpSeconds =
    options.warmup === undefined
      ? usualWarmUpSeconds(plan, { loads, durationSeconds, maxRequests })
      : numberFlag('--warmup', options.warmup, { min: 0, max: LIMITS.seconds });
  if (warmUpSeconds >= durationSeconds)
    throw new UserError(
      `--warmup: ${warmUpSeconds} s leave nothing of the ${durationSeconds} s of --duration to measure`,
    );
  const requestSeconds =
    options.timeout === undefined
      ? plan.timeoutsSeconds.longestRequest
      : numberFlag('--timeout', options.timeout, { above: 0, max: LIMITS.seconds });
  return {
    plan,
    url: options.url,
    api: options.api,
    ...(options.model === undefined ? {} : { model: options.model }),
    loads,
    ...(dataset === undefined ? {} : { dataset }),
    durationSeconds,
    warmUpSeconds,
    maxRequests,
    maxInFlight: wholeFlag('--max-in-flight', options.maxInFlight, { min: 1, max: MOST_IN_FLIGHT }),
    limits: {
      requestSeconds,
      stallSeconds:
        options.stall === undefined
          ? requestSeconds
          : numberFlag('--stall', options.stall, { above: 0, max: LIMITS.seconds }),
    },
    seed:
      options.seed === undefined
        ? Date.now() % SEEDS
        : wholeFlag('--seed', options.seed, { min: 0, max: SEEDS - 1 }),
    startedAt: new Date().toISOString(),
    program: `qwen-selfhost ${packageVersion()}`,
  };
}

function loadsOf(plan: Plan, options: BenchOptions, trace: boolean): BenchLoad[] {
  const given = [
    options.rate !== undefined && '--rate',
    options.concurrency !== undefined && '--concurrency',
    options.sweep && '--sweep',
  ].filter(Boolean);
  if (given.length > 1) throw new UserError(`${given.join(' and ')}: give one of them`);
  if (options.concurrency !== undefined)
    return [
      {
        kind: 'closed',
        concurrency: wholeFlag('--concurrency', options.concurrency, { min: 1, max: MOST_IN_FLIGHT }),
      },
    ];
  const burstiness = numberFlag('--burstiness', options.burstiness, { min: 0.001, max: 1e6 });
  if (options.rate !== undefined)
    return [
      {
        kind: 'open',
        requestsPerSecond: numberFlag('--rate', options.rate, { above: 0, max: LIMITS.requestsPerSecond }),
        burstiness,
      },
    ];
  if (options.sweep) return sweepLoads(plan);
  return [trace ? { kind: 'trace' } : plannedLoad(plan)];
}
