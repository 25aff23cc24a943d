import type { Coefficients } from './coefficients';
import { type StepFeatures, waitsForOtherRanks } from './features';

const MICRO = 1e-6;
/** Gathering (or scattering) the tokens of all ranks: kernel and rendezvous. An assumption: one configuration in the data. */
const EXPERT_PARALLEL_LATENCY_SECONDS = 20 * MICRO;
/** One hop between pipeline stages: launch of a send and a receive. An assumption: no pipeline in the data. */
const STAGE_LATENCY_SECONDS = 30 * MICRO;
const ACTIVATION_BYTES = 2;

/** Bytes per second between the GPUs of one tensor-parallel group, one direction. */
const effectiveLink = (f: StepFeatures, k: Coefficients): number =>
  f.linkBandwidth *
  (f.nvlink ? k.nvlinkEfficiency : k.pcieEfficiency * (f.hostStaged ? k.hostStagedLink : 1));

/** Latency of one all-reduce: a tree of hops over NVLink, plus a ring over PCIe. */
function allReduceLatency(f: StepFeatures, k: Coefficients): number {
  const tp = f.tensorParallel;
  const micros = f.nvlink
    ? k.nvlinkLatencyMicros * Math.log2(tp)
    : k.pcieLatencyMicros * Math.log2(tp) + k.pcieHopMicros * (tp - 1);
  return micros * MICRO;
}

/**
 * Seconds that the GPUs of an engine spend exchanging activations in one step of `tokens`: two all-reduces a layer
 * (tensor parallel), a gather and a scatter a MoE layer (data parallel with experts), one hop between pipeline stages.
 * `latencyShare` 0 counts bytes only, for tokens that ride in a step whose latency is already paid.
 */
export function communicationSeconds(
  f: StepFeatures,
  k: Coefficients,
  tokens: number,
  latencyShare: 0 | 1,
): number {
  const link = effectiveLink(f, k);
  const bytes = tokens * f.hiddenSize * ACTIVATION_BYTES;
  const tp = f.tensorParallel;
  let seconds = 0;
  if (tp > 1)
    seconds += 2 * f.layers * (latencyShare * allReduceLatency(f, k) + (bytes * 2 * (tp - 1)) / tp / link);
  if (waitsForOtherRanks(f)) {
    // `allgather_reducescatter`, the default of --all2all-backend: every rank gets the tokens of all others, whichever
    // experts they picked (vLLM 0.33.0 distributed/device_communicators/all2all.py:53-178).
    const others = f.dataParallel - 1;
    seconds += f.moeLayers * 2 * (latencyShare * EXPERT_PARALLEL_LATENCY_SECONDS + (bytes * others) / link);
  }
  if (f.pipelineParallel > 1) {
    const hop = latencyShare * STAGE_LATENCY_SECONDS + bytes / f.stageLinkBandwidth;
    seconds += (f.pipelineParallel - 1) * hop;
  }
  return seconds;
}
