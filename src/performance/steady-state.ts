import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { acceptedTokens, decodeStep, prefillSeconds } from './step';

/** How requests arrive at one data-parallel rank of one replica. */
export type Arrivals =
  /** A fixed number of clients, each sending its next request when the last one ends. */
  | { readonly kind: 'closed'; readonly concurrency: number; readonly totalRequests?: number }
  /** A fixed rate. `poisson` adds the waiting that random arrivals cause (M/D/1); `constant` has none. */
  | { readonly kind: 'open'; readonly requestsPerSecond: number; readonly spacing: 'constant' | 'poisson' };

export interface Load {
  readonly arrivals: Arrivals;
  readonly inputTokens: number;
  /** Prompt tokens found in the prefix cache: read as context, not computed. */
  readonly cachedTokens?: number;
  readonly outputTokens: number;
  /** Sequences that the block pool and `max_num_seqs` admit at once. */
  readonly maxBatch: number;
  readonly maxNumBatchedTokens: number;
  /** Fitted factor of old engines in the calibration data; 1 for every version this project deploys. */
  readonly engineAge?: number;
}

/** Mean behaviour in the steady state; seconds, per data-parallel rank except `outputTokensPerSecond` (replica). */
export interface SteadyState {
  /** False when arrivals exceed what the engine serves: the latencies then describe no real state. */
  readonly stable: boolean;
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly outputTokensPerSecond: number;
  readonly requestsPerSecond: number;
  readonly decodeBatch: number;
  readonly stepSeconds: number;
  readonly prefillSeconds: number;
  /** Share of engine time that prefill takes [rho]. */
  readonly prefillShare: number;
  /** Share of the prefill server's time in use [U]. */
  readonly utilisation: number;
  readonly queueSeconds: number;
  /** Tokens accepted per step (1 without MTP). */
  readonly acceptedTokens: number;
}

const ITERATIONS = 60;
const DAMPING = 0.5;
const CONVERGED = 1e-7;
const MAX_PREFILL_SHARE = 0.985;
const MAX_UTILISATION = 0.999;

/**
 * Fixed point of batch size, prefill interference and waiting. performance-model.md 2.4.
 * Prefill is one deterministic server: in a closed loop its queue is finite, in an open loop it is M/D/1 when
 * arrivals are random (an assumption: the calibration rows hold no Poisson arrivals).
 */
export function steadyState(f: StepFeatures, k: Coefficients, load: Load): SteadyState {
  const { inputTokens, outputTokens, maxNumBatchedTokens, arrivals, engineAge = 1 } = load;
  const computedTokens = Math.max(1, inputTokens - (load.cachedTokens ?? 0));
  const accepted = acceptedTokens(f.mtpTokens, k.mtpAcceptance);
  const context = inputTokens + outputTokens / 2;
  const concurrency = arrivals.kind === 'closed' ? arrivals.concurrency : Number.POSITIVE_INFINITY;
  const admitted = Math.min(concurrency, load.maxBatch);
  const requestSeconds = k.requestMillis * 1e-3;

  let batch = arrivals.kind === 'closed' ? 0.8 * admitted : Math.min(1, admitted);
  let share = 1;
  let rate = 0;
  let waiting = 0;
  let state = stepAt(batch, share);

  function stepAt(currentBatch: number, currentShare: number) {
    const decode = decodeStep(f, k, currentBatch, context, engineAge).total;
    const prefill = prefillSeconds(f, k, {
      inputTokens: computedTokens,
      maxNumBatchedTokens,
      decodeBatch: currentBatch,
      share: currentShare,
      engineAge,
    });
    return { decode, prefill };
  }

  rate =
    arrivals.kind === 'open'
      ? arrivals.requestsPerSecond
      : admitted / (state.prefill + state.decode + ((outputTokens - 1) * 1.2 * state.decode) / accepted);

  let prefillShare = 0;
  let tpot = 0;
  let response = 0;
  let service = 0;
  let utilisation = 0;
  for (let i = 0; i < ITERATIONS; i++) {
    state = stepAt(Math.max(batch, 1e-3), share);
    prefillShare = Math.min(rate * state.prefill, MAX_PREFILL_SHARE);
    tpot = state.decode / accepted / (1 - prefillShare);
    share = Math.min(Math.max((rate * state.decode) / (1 - prefillShare), 1), 64);
    service = state.prefill + (state.decode * computedTokens) / maxNumBatchedTokens;
    utilisation = Math.min(rate * service, MAX_UTILISATION);
    if (arrivals.kind === 'closed') {
      const queueResponse = service + waiting;
      waiting = Math.min(
        ((admitted - 1) / admitted) * Math.max(rate * queueResponse - utilisation / 2, 0) * service,
        0.98 * (admitted - 1) * service,
      );
    } else {
      waiting = arrivals.spacing === 'poisson' ? (utilisation / (2 * (1 - utilisation))) * service : 0;
    }
    response =
      service +
      waiting +
      requestSeconds +
      Math.min(1, batch) *
        (0.5 * Math.min(state.decode / (1 - prefillShare), state.decode + state.prefill) +
          state.decode * Math.max(1 - computedTokens / maxNumBatchedTokens, 0));
    const nextRate = arrivals.kind === 'closed' ? admitted / (response + (outputTokens - 1) * tpot) : rate;
    const rateChange = DAMPING * (nextRate - rate);
    rate += rateChange;
    const batchChange = DAMPING * (Math.min(rate * (outputTokens - 1) * tpot, admitted) - batch);
    batch += batchChange;
    if (Math.abs(batchChange) <= CONVERGED * batch && Math.abs(rateChange) <= CONVERGED * rate) break;
  }

  const burst =
    arrivals.kind === 'closed'
      ? k.burstShare *
        (arrivals.totalRequests === undefined ? 0.1 : Math.min(1, admitted / arrivals.totalRequests)) *
        (admitted - 1) *
        (service / 2)
      : 0;
  const blocked = arrivals.kind === 'closed' ? Math.max(concurrency - admitted, 0) / rate : 0;
  const demand = arrivals.kind === 'open' ? arrivals.requestsPerSecond * (outputTokens - 1) * tpot : 0;
  const stable =
    arrivals.kind === 'closed' ||
    (rate * service < MAX_UTILISATION && prefillShare < MAX_PREFILL_SHARE && demand <= load.maxBatch);
  return {
    stable,
    ttftSeconds: response + burst + blocked,
    tpotSeconds: tpot,
    outputTokensPerSecond: rate * outputTokens * f.dataParallel,
    requestsPerSecond: rate * f.dataParallel,
    decodeBatch: batch,
    stepSeconds: state.decode,
    prefillSeconds: state.prefill,
    prefillShare,
    utilisation,
    queueSeconds: waiting,
    acceptedTokens: accepted,
  };
}
