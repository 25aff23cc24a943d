import { type Json, read, write } from './files';

/** Datasheet figures of the GPUs that AWS has, and two relatives to compare with. */
export function convertGpus(): void {
  const source = JSON.parse(read('gpus.json')) as { as_of: string; note: string; gpus: Json[] };
  const gpus = source.gpus
    .filter((gpu) => Array.isArray(gpu.aws) || gpu.id === 'A10' || gpu.id === 'H100-NVL')
    .map((gpu) => ({
      id: gpu.id,
      name: gpu.name ?? gpu.id,
      architecture: gpu.arch,
      computeCapability: Number(gpu.compute_capability),
      marketingGB: gpu.mem_gb_marketing,
      nvidiaSmiMiB: gpu.mem_mib_nvidia_smi,
      ec2ApiMiB: gpu.mem_mib_ec2_api,
      cudaVisibleGiB: gpu.cuda_visible_gib ?? null,
      cudaVisibleSource: gpu.cuda_visible_source ?? null,
      memoryBandwidthGBps: gpu.mem_bw_gbps,
      bf16Tflops: gpu.bf16_tflops,
      fp16Tflops: gpu.fp16_tflops,
      fp8Tflops: gpu.fp8_tflops,
      fp4Tflops: gpu.fp4_tflops,
      nvlinkGBpsBidirectional: gpu.nvlink_gbps_bidir,
      pcie: gpu.pcie,
      uncertain: gpu.uncertain ?? [],
      notes: gpu.notes ?? null,
      sources: gpu.sources,
    }));
  write('src/hardware/data/gpus.json', { asOf: source.as_of, note: source.note, gpus });
}
