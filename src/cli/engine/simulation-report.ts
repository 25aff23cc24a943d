import { number, seconds } from '../../report/format';
import { table, wrap } from '../../report/table';
import type { SimulationConfig } from '../../simulation/config';
import type { Distribution, SimulationResult } from '../../simulation/result';
import { simulate } from '../../simulation/simulate';
import { calibrationText } from '../calibration-flag';
import type { AskedSimulation } from './simulation-flags';

/** Shares of what the replicas can serve at all, for the latency-versus-load table. */
const LOADS = [0.3, 0.5, 0.7, 0.8, 0.9] as const;
const REQUESTS_PER_LOAD = 5000;

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
const cells = (d: Distribution): string[] => [d.mean, d.p50, d.p90, d.p95, d.p99].map(seconds);

/** A simulation for people: percentiles, what the engine did, and how latency grows with load. */
export function simulationReport(
  { engine, config }: AskedSimulation,
  result: SimulationResult,
  columns: number,
): string {
  const { model, checkpoint, gpu, layout, calibration, notes } = engine;
  const title = `${model.name} ${checkpoint.key} on ${gpu.id}, TP ${layout.tensorParallel}, ${config.replicas} ${config.replicas === 1 ? 'replica' : 'replicas'}: ${number(result.requests)} requests in ${seconds(result.durationSeconds)}`;
  const rows: string[][] = [['time to first token', ...cells(result.ttftSeconds)]];
  if (result.tpotSeconds) rows.push(['time per output token', ...cells(result.tpotSeconds)]);
  if (result.itlSeconds) rows.push(['between tokens', ...cells(result.itlSeconds)]);
  rows.push(
    ['whole request', ...cells(result.e2eSeconds)],
    ['waiting in the queue', ...cells(result.queueSeconds)],
  );
  const latencies = table(['latency', 'mean', 'p50', 'p90', 'p95', 'p99'], rows, {
    rightAligned: [1, 2, 3, 4, 5],
    columns,
  });
  const facts = [
    ...factsOf(result),
    ...(calibration === null ? [] : [calibrationText(calibration)]),
    ...notes,
  ].map((fact) => wrap(fact, columns, '  '));
  return `${wrap(title, columns)}\n\n${latencies}\n${facts.join('\n')}\n\n${loadTable(config, result, columns)}`;
}

function factsOf(r: SimulationResult): string[] {
  const facts = [
    `Served ${number(r.requestsPerSecond)} requests/s, ${number(r.outputTokensPerSecond)} output tokens/s; at most ${number(r.saturationRequestsPerSecond)} requests/s: ${percent(r.utilisation)} used.`,
    `Decode batch ${number(r.meanDecodeBatch)} on average; KV cache ${percent(r.kvUseMean)} used on average, ${percent(r.kvUseMax)} at most; ${number(r.mostWaiting)} requests waited at most; ${number(r.preemptions)} preemptions.`,
  ];
  if (!r.stable)
    facts.unshift(
      'UNSTABLE: requests come faster than they are served; the figures depend on how long that lasts.',
    );
  if (r.goodput)
    facts.push(
      `Goodput: ${number(r.goodput.requestsPerSecond)} requests/s, ${percent(r.goodput.share)} of requests within the limits.`,
    );
  if (r.tokens.cached > 0)
    facts.push(
      `Prefix cache: ${percent(r.tokens.cached / (r.tokens.cached + r.tokens.prefilled))} of prompt tokens found.`,
    );
  if (r.cutRequests > 0)
    facts.push(`${number(r.cutRequests)} drawn requests were longer than the engine holds and were cut.`);
  return facts;
}

/** Latency at other loads, same lengths. A trace is sped up or slowed down, all else arrives at random. */
function loadTable(config: SimulationConfig, result: SimulationResult, columns: number): string {
  const rows = LOADS.map((share) => {
    const r = simulate(atRate(config, share * result.saturationRequestsPerSecond, result));
    const tpot =
      r.tpotSeconds === null ? ['-', '-'] : [seconds(r.tpotSeconds.p50), seconds(r.tpotSeconds.p95)];
    const rate = share * result.saturationRequestsPerSecond;
    return [
      percent(share),
      number(rate),
      seconds(r.ttftSeconds.p50),
      seconds(r.ttftSeconds.p95),
      seconds(r.ttftSeconds.p99),
      ...tpot,
      number(r.meanDecodeBatch),
    ];
  });
  const header = ['load', 'requests/s', 'TTFT p50', 'p95', 'p99', 'TPOT p50', 'p95', 'batch'];
  return table(header, rows, { rightAligned: [0, 1, 2, 3, 4, 5, 6, 7], columns });
}

function atRate(
  config: SimulationConfig,
  requestsPerSecond: number,
  result: SimulationResult,
): SimulationConfig {
  const { arrivals } = config;
  const changed = { ...config, requests: Math.min(REQUESTS_PER_LOAD, Math.max(config.requests, 1000)) };
  switch (arrivals.kind) {
    case 'trace':
      return {
        ...changed,
        arrivals: {
          ...arrivals,
          speed:
            requestsPerSecond /
            (result.requests / lastArrivalOf(arrivals.trace.arrivalSeconds, result.requests)),
        },
      };
    case 'closed':
      return { ...changed, arrivals: { kind: 'poisson', requestsPerSecond } };
    default:
      return { ...changed, arrivals: { ...arrivals, requestsPerSecond } };
  }
}

const lastArrivalOf = (arrivals: Float64Array, requests: number): number =>
  Math.max(arrivals[requests - 1]!, 1e-3);
