import type { Plan } from '../plan/schema';
import { adaptersOf, roomOf } from '../requirements/adapters';
import { adapterPath } from '../vllm/adapter-path';
import type { EngineSettings } from '../vllm/arguments';
import { knownProblems } from '../vllm/known-problems';
import type { Layout } from '../vllm/layout';
import type { PlanningContext } from './candidate';
import type { Option } from './fleet';
import type { SettledEngine } from './settle';

/** Each GPU's process streams every file in full, so with tensor parallelism a machine would read its weights several times. */
export const canStream = ({ tensorParallel, pipelineParallel, dataParallel }: Layout): boolean =>
  tensorParallel * pipelineParallel * dataParallel === 1;

/** The chosen engine as the command line is built from it. */
export function engineSettings(
  { candidate }: Option,
  engine: SettledEngine,
  timeouts: Plan['timeoutsSeconds'],
  { requirements, model, release }: PlanningContext,
): EngineSettings {
  const { checkpoint, layout, gpu } = candidate;
  const { mtpTokens, prefixCaching } = engine;
  const problems = knownProblems({
    release,
    model: model.name,
    checkpoint,
    layout,
    computeCapability: gpu.computeCapability,
    prefixCaching,
    mtpTokens,
  });
  return {
    hfId: checkpoint.hfId,
    revision: requirements.deployment.revision ?? 'main',
    servedModelName: model.name,
    layout,
    maxModelLen: requirements.contextTokens,
    maxNumSeqs: engine.maxNumSeqs,
    maxNumBatchedTokens: engine.maxNumBatchedTokens,
    gpuMemoryUtilization: engine.gpuMemoryUtilization,
    kvCacheDtype: engine.kvCacheDtype,
    prefixCaching,
    mtpTokens,
    multimodal: requirements.multimodal,
    ...adapterSettings(requirements),
    streamWeights: requirements.deployment.loader === 'streamer' && canStream(layout),
    thinking: requirements.workload.thinking,
    workarounds: problems.flatMap(({ workaround }) => workaround ?? []),
    shutdownTimeoutSeconds: timeouts.engineShutdown,
    keepAliveSeconds: timeouts.engineKeepAlive,
  };
}

function adapterSettings(requirements: PlanningContext['requirements']): Pick<EngineSettings, 'adapters'> {
  const room = roomOf(requirements);
  if (room === null) return {};
  const modules = adaptersOf(requirements).map((adapter) => ({
    name: adapter.name,
    path: adapterPath(adapter),
  }));
  return { adapters: { room, modules } };
}

/** The settings as the Plan shows them. */
export const engineFigures = (settings: EngineSettings, engine: SettledEngine) => ({
  servedModelName: settings.servedModelName,
  maxModelLen: settings.maxModelLen,
  maxNumSeqs: settings.maxNumSeqs,
  maxNumBatchedTokens: settings.maxNumBatchedTokens,
  gpuMemoryUtilization: settings.gpuMemoryUtilization,
  kvCacheDtype: settings.kvCacheDtype,
  prefixCaching: settings.prefixCaching,
  mtpTokens: settings.mtpTokens,
  reasons: { ...engine.reasons },
});
