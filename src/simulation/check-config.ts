import { UserError } from '../errors';
import type { SimulationConfig } from './config';
import { checkLengths, checkTokens } from './lengths';

/** Most requests of a run: about 130 bytes each, and exact percentiles sort them. */
const MOST_REQUESTS = 5_000_000;
const MOST_REPLICAS = 10_000;
const MOST_TURNS = 1000;

/** @throws UserError in one line for the first thing that makes no sense */
export function checkConfig(config: SimulationConfig): void {
  checkWhole('requests', config.requests, 1, MOST_REQUESTS);
  checkWhole('replicas', config.replicas, 1, MOST_REPLICAS);
  checkWhole('max-num-seqs', config.maxNumSeqs, 1, 65_536);
  checkWhole('draft tokens', config.mtpTokens, 0, 64);
  checkWhole('warm-up requests', config.warmupRequests ?? 0, 0, config.requests - 1);
  checkWhole('seed', config.seed, -(2 ** 31), 2 ** 32);
  const decodeTokens = config.maxNumSeqs * (1 + config.mtpTokens);
  if (!(config.maxNumBatchedTokens >= decodeTokens)) {
    throw new UserError(
      `max-num-batched-tokens ${config.maxNumBatchedTokens} is less than the ${decodeTokens} tokens that max-num-seqs ${config.maxNumSeqs} decodes in one step; raise the one or lower the other`,
    );
  }
  checkLengthsOf(config);
  checkArrivals(config);
  checkPrefixes(config);
}

function checkLengthsOf({ lengths, arrivals }: SimulationConfig): void {
  if (lengths !== null) checkLengths(lengths);
  if ((lengths === null) !== (arrivals.kind === 'trace')) {
    throw new UserError(
      lengths === null
        ? 'lengths of prompts and outputs are missing'
        : 'a trace brings its own lengths: leave out others',
    );
  }
}

function checkArrivals({ arrivals }: SimulationConfig): void {
  switch (arrivals.kind) {
    case 'closed':
      checkWhole('concurrency', arrivals.concurrency, 1, MOST_REQUESTS);
      checkNumber('think time', arrivals.thinkSeconds ?? 0, (n) => n >= 0, 'seconds of at least 0');
      return;
    case 'trace':
      checkNumber('trace speed', arrivals.speed ?? 1, (n) => n > 0, 'a number above 0');
      return;
    case 'gamma':
      checkNumber(
        'burstiness',
        arrivals.burstiness,
        (n) => n >= 1e-3 && n <= 1e6,
        'a number from 0.001 to 1,000,000',
      );
  }
  checkNumber('rate', arrivals.requestsPerSecond, (n) => n > 0, 'requests per second above 0');
}

function checkPrefixes({ prefixes, arrivals }: SimulationConfig): void {
  if (prefixes === undefined) return;
  if (arrivals.kind === 'trace')
    throw new UserError('a trace brings its own prefixes (prefix_hash): leave out the shared prefix');
  if (prefixes.kind === 'shared') {
    if ('share' in prefixes.common)
      checkNumber(
        'shared prefix',
        prefixes.common.share,
        (n) => n >= 0 && n < 1,
        'a share from 0 to below 1',
      );
    else checkWhole('shared prefix', prefixes.common.tokens, 0, 2 ** 31 - 1);
    checkWhole('prefix groups', prefixes.groups, 1, MOST_REQUESTS);
    const { share = 0, ofPrompt = 0, lessTokens = 0 } = prefixes.history ?? {};
    checkNumber('prompts with history', share, (n) => n >= 0 && n <= 1, 'a share from 0 to 1');
    checkNumber('history', ofPrompt, (n) => n >= 0 && n <= 1, 'a share from 0 to 1');
    checkNumber('answer not found', lessTokens, (n) => n >= 0, 'a number of tokens of at least 0');
    return;
  }
  if (arrivals.kind === 'closed')
    throw new UserError('conversations come at a rate: give requests per second, not a concurrency');
  checkWhole('turns', prefixes.turns, 1, MOST_TURNS);
  checkTokens('follow-up length', prefixes.followUpTokens);
  checkNumber('think time', prefixes.thinkSeconds, (n) => n >= 0, 'seconds of at least 0');
}

function checkWhole(name: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw new UserError(`${name}: ${value} is not a whole number from ${least} to ${most}`);
  }
}

function checkNumber(name: string, value: number, allowed: (value: number) => boolean, wanted: string): void {
  if (!(Number.isFinite(value) && allowed(value))) throw new UserError(`${name}: ${value} is not ${wanted}`);
}
