import type { Coefficients } from './coefficients';
import { ranksOf, type StepFeatures } from './features';
import type { Load } from './load';
import { openLoop } from './open-loop';
import { giniIndex, MAX_PREFILL_SHARE, MAX_UTILISATION } from './queueing';
import { spreadClients } from './spread-clients';
import type { SteadyState } from './state';
import { acceptedTokens, requestOverheadSeconds, visionSeconds } from './step';
import { decodeCurve, prefillCurve } from './step-curves';

const ITERATIONS = 300;
const DAMPING = 0.5;
const SMALLEST_DAMPING = 0.02;
const CONVERGED = 1e-7;
/** A closed benchmark of unknown length: the first burst is about a tenth of its requests. */
export const UNKNOWN_BURST_SHARE = 0.1;

/** The steady state of a load: clients in a closed loop, or an open one. */
export function steadyState(f: StepFeatures, k: Coefficients, load: Load): SteadyState {
  const { arrivals } = load;
  if (arrivals.kind === 'open' && arrivals.spacing === 'poisson')
    return openLoop(f, k, load)(arrivals.requestsPerSecond);
  if (arrivals.kind === 'closed' && k.selfInterference !== 1)
    return spreadClients(f, k, load, arrivals.concurrency);
  return orderlyState(f, k, load);
}

/**
 * Fixed point of batch size, prefill interference and waiting for evenly spaced arrivals, and for the closed loop of the
 * first study (a finite source before one deterministic prefill server), which only its own coefficients ask for.
 * performance-model.md 2.4, and beyond it for arrivals: a sequence is slowed by the others' prefills only, by no more
 * than one full token budget a step, and it always decodes beside itself.
 */
function orderlyState(f: StepFeatures, k: Coefficients, load: Load): SteadyState {
  const { inputTokens, outputTokens, maxNumBatchedTokens, arrivals, cachedTokens = 0 } = load;
  const computedTokens = Math.max(1, inputTokens - cachedTokens);
  const accepted = acceptedTokens(f.mtpTokens, k.mtpAcceptance);
  const { outputVariation = 0 } = load;
  // Long outputs are seen more often: the mean context is weighted by length.
  const context = inputTokens + (outputTokens * (1 + outputVariation)) / 2;
  const closed = arrivals.kind === 'closed';
  const concurrency = closed ? arrivals.concurrency : Number.POSITIVE_INFINITY;
  const admitted = Math.min(concurrency, load.maxBatch);
  const requestSeconds = requestOverheadSeconds(k, inputTokens);
  const encoding = visionSeconds(f, k, load.images);
  const others = closed ? 1 - 1 / admitted : 1;

  const decodeSeconds = decodeCurve(f, k, context);
  const prefillOf = prefillCurve(f, k, computedTokens, cachedTokens);
  // Evenly spaced arrivals of unequal lengths: the variance of their number over its mean is the lengths' Gini index.
  const evenSpread = giniIndex(outputVariation);
  /** Sequences in the steps of one of them; the first study took the mean over time. */
  const seenBatch = (mean: number): number =>
    k.selfInterference * mean + (1 - k.selfInterference) * Math.max(1, mean + evenSpread);

  let batch = closed ? 0.8 * admitted : Math.min(1, admitted);
  let share = 1;
  let waiting = 0;
  let state = stepAt(batch, share);

  function stepAt(currentBatch: number, currentShare: number) {
    const chunk = Math.min(computedTokens * currentShare, maxNumBatchedTokens);
    return {
      decode: decodeSeconds(seenBatch(currentBatch)),
      prefill: prefillOf(currentBatch, chunk) + encoding,
    };
  }

  let rate = closed
    ? admitted / (state.prefill + state.decode + ((outputTokens - 1) * 1.2 * state.decode) / accepted)
    : arrivals.requestsPerSecond;

  let prefillShare = 0;
  let tpot = 0;
  let response = 0;
  let service = 0;
  let utilisation = 0;
  let damping = DAMPING;
  let lastStep = 0;
  for (let i = 0; i < ITERATIONS; i++) {
    state = stepAt(Math.max(batch, 1e-3), share);
    prefillShare = Math.min(rate * state.prefill, MAX_PREFILL_SHARE);
    // Every sequence gets its token in every step, and a step carries at most one budget of prompt tokens.
    const slowest = state.decode + (state.prefill * maxNumBatchedTokens) / computedTokens;
    // Only the others' prefills interfere, and all of them: none runs during a sequence's own prefill.
    const cycle = response + (outputTokens - 1) * tpot;
    const crowding = cycle > service ? Math.min(cycle / (cycle - service), 2) : 1;
    const interference = Math.min(
      prefillShare * (k.selfInterference + (1 - k.selfInterference) * crowding),
      MAX_PREFILL_SHARE,
    );
    tpot = Math.min(state.decode / (1 - interference), slowest) / accepted;
    share = Math.min(Math.max((rate * state.decode) / (1 - prefillShare), 1), 64);
    service = state.prefill + (state.decode * computedTokens) / maxNumBatchedTokens;
    utilisation = Math.min(rate * service, MAX_UTILISATION);
    if (closed) {
      // W = (C-1)/C (X (S + W) - U/2) S, solved for W: finite source, deterministic service.
      const seen = others * rate * service;
      const most = 0.98 * (admitted - 1) * service;
      waiting =
        seen < 1
          ? Math.min((others * (rate * service - utilisation / 2) * service) / (1 - seen), most)
          : most;
    } else {
      waiting = 0;
    }
    // An engine busy with others first ends its current step; then the prompt's own step lasts as long as theirs.
    const residual =
      Math.min(1, batch) * 0.5 * Math.min(state.decode / (1 - prefillShare), state.decode + state.prefill);
    response =
      service +
      waiting +
      requestSeconds +
      residual +
      state.decode * Math.max(1 - computedTokens / maxNumBatchedTokens, 0);
    const nextRate = closed ? admitted / (response + (outputTokens - 1) * tpot) : rate;
    // Near saturation the rate overshoots: smaller steps each time it turns round.
    if ((nextRate - rate) * lastStep < 0) damping = Math.max(damping * 0.7, SMALLEST_DAMPING);
    lastStep = nextRate - rate;
    const rateChange = damping * lastStep;
    rate += rateChange;
    const batchChange = damping * (Math.min(rate * (outputTokens - 1) * tpot, admitted) - batch);
    batch += batchChange;
    if (Math.abs(batchChange) <= CONVERGED * batch && Math.abs(rateChange) <= CONVERGED * rate) break;
  }

  // At saturation the rate is known and the wait is not: Little's law gives it.
  if (closed) response = Math.max(admitted / rate - (outputTokens - 1) * tpot, service + requestSeconds);
  const burst = closed ? firstBurstSeconds(k, admitted, arrivals.totalRequests, service) : 0;
  const blockedSeconds = closed ? Math.max(concurrency - admitted, 0) / rate : 0;
  const demand = closed ? 0 : rate * (outputTokens - 1) * tpot;
  const stable =
    closed ||
    (rate * service < MAX_UTILISATION && prefillShare < MAX_PREFILL_SHARE && demand <= load.maxBatch);
  return {
    stable,
    ttftSeconds: response + burst + blockedSeconds,
    tpotSeconds: tpot,
    outputTokensPerSecond: rate * outputTokens * ranksOf(f),
    requestsPerSecond: rate * ranksOf(f),
    decodeBatch: batch,
    stepSeconds: state.decode,
    prefillSeconds: state.prefill,
    prefillShare,
    utilisation,
    queueSeconds: waiting,
    blockedSeconds,
    acceptedTokens: accepted,
  };
}

/** What a benchmark's first burst, when every client sends at once, adds to its mean TTFT. */
function firstBurstSeconds(
  k: Coefficients,
  admitted: number,
  totalRequests: number | undefined,
  service: number,
): number {
  const burstShare =
    totalRequests === undefined ? UNKNOWN_BURST_SHARE : Math.min(1, admitted / totalRequests);
  return k.burstShare * burstShare * (admitted - 1) * (service / 2);
}
