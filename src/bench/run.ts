import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { FITTED_ON } from '../performance/coefficients';
import { serializePlan } from '../plan/document';
import type { Plan } from '../plan/schema';
import { RandomStream } from '../simulation/random';
import type { Api, Dialect } from './asks';
import { compare } from './compare';
import { type Demand, fileDemand, planDemand } from './demand';
import { engineModel, setupOf } from './model';
import { measurePoint } from './point';
import { probe } from './probe';
import { type BenchLoad, type BenchResult, type Point, RESULT_SCHEMA_VERSION } from './result';
import type { Limits } from './send';
import { suspectsOf } from './suspects';
import { openTarget } from './target';

export interface BenchInput {
  readonly plan: Plan;
  readonly url: string;
  readonly apiKey?: string;
  /** PEM text of certificate authorities to trust beside the usual ones. */
  readonly ca?: string;
  readonly api: Api;
  /** Name clients send; the plan's when left out. */
  readonly model?: string;
  readonly loads: readonly BenchLoad[];
  /** A trace or ShareGPT file instead of the plan's own workload. */
  readonly dataset?: { readonly name: string; readonly text: string };
  readonly durationSeconds: number;
  readonly warmUpSeconds: number;
  readonly maxRequests: number;
  readonly maxInFlight: number;
  readonly limits: Limits;
  readonly seed: number;
  readonly startedAt: string;
  readonly program: string;
  /** Told before each point. */
  readonly onProgress: (line: string) => void;
}

const LENGTHS_STREAM = 0;

/** Measures every load in turn, and compares each with the plan. */
export async function runBench(input: BenchInput): Promise<BenchResult> {
  const { plan, limits, seed } = input;
  const target = openTarget({
    url: input.url,
    ...(input.apiKey === undefined ? {} : { apiKey: input.apiKey }),
    ...(input.ca === undefined ? {} : { ca: input.ca }),
    maxSockets: input.maxInFlight,
  });
  try {
    const model = input.model ?? plan.engine.servedModelName;
    const { scale, ignoreEos, notes: probeNotes } = await probe(target, input.api, model, seed, () => limits);
    const dialect: Dialect = {
      api: input.api,
      model,
      ignoreEos,
      scale,
      maxModelLen: plan.engine.maxModelLen,
    };
    const notes = [...probeNotes];
    const setup = setupOf(plan);
    const engine = engineModel(setup, Object.values(plan.calibrations ?? {}));
    const { slo } = plan.requirements;
    const points: Point[] = [];
    let demandName = '';
    for (const [i, load] of input.loads.entries()) {
      // Each point draws lengths and prompts of its own: a cache warmed by one would flatter the next.
      const pointSeed = seed + i;
      const demand = demandOf(input, pointSeed);
      demandName = demand.name;
      input.onProgress(`${i + 1}/${input.loads.length}: ${describeLoad(load)} of ${demand.name}`);
      const { point, stoppedEarly } = await measurePoint({
        target,
        dialect,
        demand,
        load,
        durationSeconds: input.durationSeconds,
        warmUpSeconds: input.warmUpSeconds,
        maxRequests: Math.min(input.maxRequests, demand.size),
        maxInFlight: load.kind === 'closed' ? load.concurrency : input.maxInFlight,
        limits,
        seed: pointSeed,
        slo: { ttftSeconds: slo.ttftP95Seconds, tpotSeconds: slo.tpotP95Seconds },
      });
      const comparisons = compare(plan, engine, point, input.dataset === undefined);
      const compared = { ...point, comparisons };
      points.push({ ...compared, suspects: suspectsOf(compared, plan) });
      if (stoppedEarly !== null) {
        notes.push(`point ${i + 1} ended early: ${stoppedEarly}`);
        break;
      }
    }
    return {
      schemaVersion: RESULT_SCHEMA_VERSION,
      kind: 'bench-result',
      startedAt: input.startedAt,
      plan: { name: plan.name, sha256: sha256(serializePlan(plan)), setup, performanceData: FITTED_ON },
      target: { url: target.baseUrl, model, api: input.api, ignoreEos },
      demand: { name: demandName, seed, ...scale },
      environment: {
        program: input.program,
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        cores: availableParallelism(),
      },
      notes,
      points,
    };
  } finally {
    target.close();
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function demandOf({ plan, dataset }: BenchInput, seed: number): Demand {
  return dataset === undefined
    ? planDemand(plan.requirements.workload, new RandomStream(seed, LENGTHS_STREAM))
    : fileDemand(dataset.text, dataset.name);
}

export function describeLoad(load: BenchLoad): string {
  switch (load.kind) {
    case 'open':
      return `${Number(load.requestsPerSecond.toPrecision(4))} requests/s`;
    case 'closed':
      return `${load.concurrency} client${load.concurrency === 1 ? '' : 's'}`;
    case 'trace':
      return "the trace's own times";
  }
}

/** Loads a plan is learned from: a tenth, half and nine tenths of its capacity, and the planned rate itself. */
export function sweepLoads({ predicted, choice, requirements }: Plan): BenchLoad[] {
  const capacity = predicted.capacityRequestsPerSecondPerReplica * choice.replicas;
  const planned = requirements.workload.requestsPerSecond;
  const rates = [0.1, 0.5, 0.9]
    .map((share) => share * capacity)
    .filter((rate) => Math.abs(rate / planned - 1) > 0.1);
  return [...rates, planned]
    .sort((a, b) => a - b)
    .map((requestsPerSecond) => ({ kind: 'open', requestsPerSecond, burstiness: 1 }));
}

/** The rate the plan was made for. */
export const plannedLoad = ({ requirements }: Plan): BenchLoad => ({
  kind: 'open',
  requestsPerSecond: requirements.workload.requestsPerSecond,
  burstiness: 1,
});

const LEAST_WARM_UP_SHARE = 0.1;
const MOST_WARM_UP_SHARE = 0.5;

/**
 * Until a usual answer of the planned load has ended (Little's law): before, the endpoint has less to do than planned. A
 * tenth of the shortest load at least, and half of it at most.
 */
export function usualWarmUpSeconds(
  { predicted, choice, requirements }: Plan,
  { loads, durationSeconds, maxRequests }: Pick<BenchInput, 'loads' | 'durationSeconds' | 'maxRequests'>,
): number {
  const inFlight = predicted.concurrencyPerReplica * choice.replicas;
  const answerSeconds = inFlight / requirements.workload.requestsPerSecond;
  const lasts = Math.min(
    durationSeconds,
    ...loads.map((load) => (load.kind === 'open' ? maxRequests / load.requestsPerSecond : Infinity)),
  );
  return Math.min(Math.max(answerSeconds, LEAST_WARM_UP_SHARE * lasts), MOST_WARM_UP_SHARE * lasts);
}
