import type { ClusterRun } from './cluster';
import type { SimulatedSlo } from './config';
import { distributionOf, distributionOfHistogram } from './distribution';
import type { Replica } from './replica';
import type { RequestTable } from './request-table';
import type { Replay, ReplicaResult } from './result';
import { throughputBySpan } from './throughput';

export interface SummaryInput {
  readonly requests: RequestTable;
  readonly run: ClusterRun;
  readonly usableBlocks: number;
  /** Time that the front end adds to a request, before the arrival of the table. */
  readonly frontEndSeconds: (request: number) => number;
  readonly warmupRequests: number;
  readonly slo: SimulatedSlo | null;
  readonly cutRequests: number;
}

/** The figures of a finished run. */
export function summarise(input: SummaryInput): Replay {
  const { requests, run, warmupRequests: from } = input;
  const { durationSeconds } = run;
  const latencies = latenciesOf(requests, from, input.frontEndSeconds);
  const good = input.slo === null ? null : shareWithin(latencies, input.slo);
  const totals = run.replicas.map((replica) => replica.totals);
  const sum = (of: (replica: Replica) => number): number =>
    run.replicas.reduce((total, replica) => total + of(replica), 0);
  const busySeconds = sum((replica) => replica.totals.busySeconds);
  const replicaSeconds = durationSeconds * run.replicas.length;
  const requestsPerSecond = requests.count / durationSeconds;
  const output = sumOf(requests.outputTokens);
  let waitingSeconds = 0;
  for (let i = 0; i < requests.count; i++)
    waitingSeconds += requests.scheduledSeconds[i]! - requests.arrivalSeconds[i]!;
  const series = run.overTime.points();
  return {
    requests: requests.count,
    durationSeconds,
    arrivalsPerSecond: requests.count / lastArrival(requests.arrivalSeconds),
    ttftSeconds: distributionOf(latencies.ttft.slice()),
    tpotSeconds: tpotDistribution(requests, latencies.tpot, from),
    itlSeconds: run.interTokenSeconds.count > 0 ? distributionOfHistogram(run.interTokenSeconds) : null,
    e2eSeconds: distributionOf(latencies.e2e.slice()),
    queueSeconds: distributionOf(
      requests.scheduledSeconds.slice(from).map((seconds, i) => seconds - requests.arrivalSeconds[from + i]!),
    ),
    requestsPerSecond,
    outputTokensPerSecond: output / durationSeconds,
    outputTokensPerSecondBySpan: distributionOf(throughputBySpan(requests, durationSeconds)),
    goodput: good === null ? null : { requestsPerSecond: good * requestsPerSecond, share: good },
    busyShare: busySeconds / replicaSeconds,
    mixedShare: sum((replica) => replica.totals.mixedSeconds) / replicaSeconds,
    meanDecodeBatch: sum((replica) => replica.totals.decodeBatchSeconds) / busySeconds,
    meanInSystem: run.requestSeconds / durationSeconds,
    meanWaiting: waitingSeconds / durationSeconds,
    mostWaiting: Math.max(...totals.map((total) => total.mostWaiting)),
    preemptions: sum((replica) => replica.scheduler.preemptions),
    kvUseMean: sum((replica) => replica.totals.usedBlockSeconds) / replicaSeconds / input.usableBlocks,
    kvUseMax: Math.max(...totals.map((total) => total.mostUsedBlocks)) / input.usableBlocks,
    tokens: {
      input: sumOf(requests.inputTokens),
      output,
      prefilled: sum((replica) => replica.scheduler.prefillTokens),
      cached: sum((replica) => replica.scheduler.cachedTokens),
      lost: sum((replica) => replica.scheduler.lostTokens),
    },
    cutRequests: input.cutRequests,
    overTime: {
      spanSeconds: series.spanSeconds,
      points: series.points.map(({ fromSeconds, usedBlocks, running, waiting }) => ({
        fromSeconds,
        kvUse: usedBlocks / run.replicas.length / input.usableBlocks,
        running,
        waiting,
      })),
    },
    replicas: run.replicas.map((replica) => replicaResult(replica, durationSeconds, input.usableBlocks)),
  };
}

const lastArrival = (arrivals: Float64Array): number =>
  Math.max(arrivals[arrivals.length - 1]!, Number.MIN_VALUE);

interface Latencies {
  readonly ttft: Float64Array;
  readonly tpot: Float64Array;
  readonly e2e: Float64Array;
}

function latenciesOf(
  requests: RequestTable,
  from: number,
  frontEndSeconds: (request: number) => number,
): Latencies {
  const count = requests.count - from;
  const latencies = {
    ttft: new Float64Array(count),
    tpot: new Float64Array(count),
    e2e: new Float64Array(count),
  };
  for (let i = 0; i < count; i++) {
    const request = from + i;
    const arrival = requests.arrivalSeconds[request]! - frontEndSeconds(request);
    const first = requests.firstTokenSeconds[request]!;
    const finish = requests.finishSeconds[request]!;
    latencies.ttft[i] = first - arrival;
    latencies.e2e[i] = finish - arrival;
    latencies.tpot[i] =
      requests.outputTokens[request]! > 1 ? (finish - first) / (requests.outputTokens[request]! - 1) : 0;
  }
  return latencies;
}

function tpotDistribution(requests: RequestTable, tpot: Float64Array, from: number) {
  const several = tpot.filter((_, i) => requests.outputTokens[from + i]! > 1);
  return several.length > 0 ? distributionOf(several) : null;
}

function shareWithin({ ttft, tpot, e2e }: Latencies, slo: SimulatedSlo): number {
  const { ttftSeconds = Infinity, tpotSeconds = Infinity, e2eSeconds = Infinity } = slo;
  let good = 0;
  for (let i = 0; i < ttft.length; i++) {
    if (ttft[i]! <= ttftSeconds && tpot[i]! <= tpotSeconds && e2e[i]! <= e2eSeconds) good++;
  }
  return good / ttft.length;
}

function replicaResult(
  { totals, scheduler }: Replica,
  durationSeconds: number,
  usableBlocks: number,
): ReplicaResult {
  return {
    requests: totals.requests,
    outputTokensPerSecond: totals.outputTokens / durationSeconds,
    busyShare: totals.busySeconds / durationSeconds,
    meanDecodeBatch: totals.busySeconds > 0 ? totals.decodeBatchSeconds / totals.busySeconds : 0,
    preemptions: scheduler.preemptions,
    kvUseMean: totals.usedBlockSeconds / durationSeconds / usableBlocks,
    kvUseMax: totals.mostUsedBlocks / usableBlocks,
  };
}

function sumOf(values: Int32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
