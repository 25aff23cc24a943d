import { Command } from 'commander';
import { intervalAround } from '../../performance/interval';
import { simulate } from '../../simulation/simulate';
import { calibrationDocument } from '../calibration-flag';
import { addEngineFlags } from '../engine-flags';
import { jsonText } from '../output/json';
import type { SimulationOutput } from '../output/simulation';
import {
  type AskedSimulation,
  addSimulationFlags,
  type SimulationOptions,
  simulationOf,
} from '../simulation-flags';
import { simulationReport } from '../simulation-report';
import type { Streams } from '../streams';

/** `simulate`: requests through vLLM's scheduler, percentiles of what users feel. */
export function simulateCommand(streams: Streams): Command {
  const command = new Command('simulate').description(
    "replay requests through vLLM's scheduler: latency percentiles, queue, KV use",
  );
  return addSimulationFlags(addEngineFlags(command)).action((options: SimulationOptions) => {
    const asked = simulationOf(options);
    streams.out(
      options.json
        ? jsonText(documentOf(asked))
        : simulationReport(asked, simulate(asked.config), streams.columns),
    );
  });
}

/** The result with its basis and, around the means, the 80% interval of the step model. */
function documentOf({ engine, config }: AskedSimulation): SimulationOutput {
  const result = simulate(config);
  const { basis, footing } = engine;
  return {
    ...result,
    overTime: { ...result.overTime, points: [...result.overTime.points] },
    replicas: [...result.replicas],
    basis,
    calibration: calibrationDocument(engine.calibration),
    decodeBatch: result.meanDecodeBatch,
    ttftSeconds: { ...intervalAround(result.ttftSeconds.mean, 'ttft', footing), ...result.ttftSeconds },
    tpotSeconds: result.tpotSeconds && {
      ...intervalAround(result.tpotSeconds.mean, 'tpot', footing),
      ...result.tpotSeconds,
    },
  };
}
