import { Command } from 'commander';
import { basisOf } from '../../performance/coefficients';
import { intervalAround } from '../../performance/interval';
import { simulate } from '../../simulation/simulate';
import { addEngineFlags } from '../engine-flags';
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
        ? `${JSON.stringify(documentOf(asked), null, 2)}\n`
        : simulationReport(asked, simulate(asked.config), streams.columns),
    );
  });
}

/** The result with its basis and, around the means, the 80% interval of the step model. */
function documentOf({ engine, config }: AskedSimulation) {
  const result = simulate(config);
  const basis = basisOf(engine.model.name, engine.gpu.id);
  return {
    ...result,
    basis,
    decodeBatch: result.meanDecodeBatch,
    ttftSeconds: { ...intervalAround(result.ttftSeconds.mean, 'ttft', basis), ...result.ttftSeconds },
    tpotSeconds: result.tpotSeconds && {
      ...intervalAround(result.tpotSeconds.mean, 'tpot', basis),
      ...result.tpotSeconds,
    },
  };
}
