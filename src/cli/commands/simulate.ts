import { Command } from 'commander';
import { intervalAround } from '../../performance/interval';
import { type Prediction, perRank } from '../../performance/prediction';
import { squaredVariation } from '../../performance/queueing';
import type { LengthDistribution } from '../../simulation/config';
import type { Distribution, SimulationResult } from '../../simulation/result';
import { simulate } from '../../simulation/simulate';
import { closedForm, predictionDocument } from '../engine/closed-form';
import { addEngineFlags } from '../engine/engine-flags';
import { spreadNotes } from '../engine/in-step';
import {
  type AskedSimulation,
  addSimulationFlags,
  type SimulationOptions,
  simulationOf,
} from '../engine/simulation-flags';
import { simulationReport } from '../engine/simulation-report';
import { jsonText } from '../output/json';
import type { SimulationOutput } from '../output/simulation';
import type { Streams } from '../streams';

/** `simulate`: requests through vLLM's scheduler, percentiles of what users feel. */
export function simulateCommand(streams: Streams): Command {
  const command = new Command('simulate').description(
    "replay requests through vLLM's scheduler: latency percentiles, queue, KV use",
  );
  return addSimulationFlags(addEngineFlags(command)).action((options: SimulationOptions) => {
    const plain = simulationOf(options);
    const result = simulate(plain.config);
    const closed = closedFormOf(plain, result);
    const notes = [...plain.engine.notes, ...spreadNotes(plain.config, result, closed)];
    const asked = { ...plain, engine: { ...plain.engine, notes } };
    streams.out(
      options.json
        ? jsonText(documentOf(asked, result, closed))
        : simulationReport(asked, result, streams.columns),
    );
  });
}

/**
 * The fields of `predict`, with percentiles of each metric; means, rates, stability and batch are the simulation's, what
 * limits and what a step and a prompt cost are the closed form's at the same mean load. Then all else it found.
 */
function documentOf(asked: AskedSimulation, result: SimulationResult, closed: Prediction): SimulationOutput {
  const { engine } = asked;
  const { regime } = closed;
  const { outputTokensPerSecond, outputTokensPerSecondBySpan, ...rest } = result;
  const spread = (figure: 'ttft' | 'tpot' | 'output', mean: number, distribution: Distribution) => ({
    ...intervalAround(mean, figure, engine.footing, regime),
    ...distribution,
  });
  return {
    ...predictionDocument(engine, closed),
    ...rest,
    overTime: { ...result.overTime, points: [...result.overTime.points] },
    replicas: [...result.replicas],
    decodeBatch: result.meanDecodeBatch,
    ttftSeconds: spread('ttft', result.ttftSeconds.mean, result.ttftSeconds),
    tpotSeconds: result.tpotSeconds && spread('tpot', result.tpotSeconds.mean, result.tpotSeconds),
    outputTokensPerSecond: {
      ...spread('output', outputTokensPerSecond, outputTokensPerSecondBySpan),
      // Below saturation an open loop puts out what it is offered, whatever the latencies are.
      ...(closed.stable && asked.config.arrivals.kind !== 'closed' && regime === 'steady'
        ? { low: outputTokensPerSecond, high: outputTokensPerSecond }
        : {}),
    },
  };
}

/** The closed form at the mean load of one replica's rank. */
function closedFormOf({ engine, config, prefixHitRate }: AskedSimulation, result: SimulationResult) {
  const { arrivals, lengths } = config;
  const variationOf = (length: LengthDistribution): number =>
    length.kind === 'lognormal' ? squaredVariation(length.mean, length.p95) : 0;
  const rank = (perService: number): number => perRank(engine.features, perService / config.replicas);
  return closedForm(engine, {
    arrivals:
      arrivals.kind === 'closed'
        ? {
            kind: 'closed',
            concurrency: Math.max(1, rank(arrivals.concurrency)),
            totalRequests: Number.POSITIVE_INFINITY,
          }
        : { kind: 'open', requestsPerSecond: rank(result.requestsPerSecond), spacing: 'poisson' },
    inputTokens: Math.max(1, Math.round(result.tokens.input / result.requests)),
    outputTokens: Math.max(1, Math.round(result.tokens.output / result.requests)),
    prefixHitRate,
    ...(lengths?.kind === 'independent'
      ? { inputVariation: variationOf(lengths.input), outputVariation: variationOf(lengths.output) }
      : {}),
  });
}
