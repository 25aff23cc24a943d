import { CountingKvCache } from './counting-kv-cache';
import type { Engine } from './engine';
import { EventHeap } from './event-heap';
import { DurationHistogram } from './histogram';
import { PrefixKvCache } from './prefix-kv-cache';
import { Replica } from './replica';
import type { RequestTable } from './request-table';
import { Sequences } from './sequences';
import { TimeSeries } from './time-series';

export const ROUTINGS = ['least-outstanding', 'round-robin'] as const;
/** How the balancer picks a replica; of equals, the first. */
export type Routing = (typeof ROUTINGS)[number];

/** What a run of requests over replicas leaves behind, besides the times in the request table. */
export interface ClusterRun {
  readonly replicas: readonly Replica[];
  readonly interTokenSeconds: DurationHistogram;
  readonly overTime: TimeSeries;
  readonly durationSeconds: number;
  /** Integral over time of the requests in the system, request-seconds. */
  readonly requestSeconds: number;
}

/**
 * Runs requests to their end. Requests that have an arrival time come then; those that follow another
 * (`nextRequest`) come `followUpSeconds` of them after it ends.
 */
export function runCluster(
  engine: Engine,
  requests: RequestTable,
  options: {
    readonly replicas: number;
    readonly routing: Routing;
    readonly followUpSeconds: (request: number) => number;
  },
): ClusterRun {
  const interTokenSeconds = new DurationHistogram();
  const overTime = new TimeSeries();
  const sequences = new Sequences(requests.count);
  const arrivals = new EventHeap();
  for (let i = 0; i < requests.count; i++) {
    if (!Number.isNaN(requests.arrivalSeconds[i]!)) arrivals.push(requests.arrivalSeconds[i]!, i);
  }

  let inSystem = 0;
  let requestSeconds = 0;
  let lastChange = 0;
  const count = (seconds: number, change: 1 | -1): void => {
    requestSeconds += inSystem * (seconds - lastChange);
    lastChange = seconds;
    inSystem += change;
  };
  const onFinish = (request: number, seconds: number): void => {
    count(seconds, -1);
    const next = requests.nextRequest[request]!;
    if (next < 0) return;
    requests.arrivalSeconds[next] = seconds + options.followUpSeconds(next);
    arrivals.push(requests.arrivalSeconds[next]!, next);
  };

  const replicas = Array.from({ length: options.replicas }, () => {
    const kv = engine.kv.aligned
      ? new PrefixKvCache(engine.kv, requests)
      : new CountingKvCache(engine.kv, requests.count);
    return new Replica(engine, kv, requests, sequences, { interTokenSeconds, overTime }, onFinish);
  });
  let routed = 0;
  const route = (): Replica => {
    if (options.routing === 'round-robin') return replicas[routed++ % replicas.length]!;
    return replicas.reduce((best, replica) => (replica.outstanding < best.outstanding ? replica : best));
  };

  for (;;) {
    const replica = firstOf(replicas);
    const arrival = arrivals.firstKey;
    const next = replica.nextSeconds;
    if (arrival === Number.POSITIVE_INFINITY && next === arrival) break;
    // At one instant: steps end, then requests arrive, then the next step is decided, so that they are part of it.
    if (arrival < next || (arrival === next && replica.phase === 'boundary')) {
      const request = arrivals.pop();
      count(arrival, 1);
      route().arrive(request, arrival);
    } else replica.advance();
  }
  return { replicas, interTokenSeconds, overTime, durationSeconds: lastChange, requestSeconds };
}

/** The replica where something happens next; ends of steps before decisions, then by place. */
function firstOf(replicas: readonly Replica[]): Replica {
  let first = replicas[0]!;
  let seconds = first.nextSeconds;
  for (let i = 1; i < replicas.length; i++) {
    const replica = replicas[i]!;
    const next = replica.nextSeconds;
    if (next < seconds || (next === seconds && replica.phase === 'running' && first.phase === 'boundary')) {
      first = replica;
      seconds = next;
    }
  }
  return first;
}
