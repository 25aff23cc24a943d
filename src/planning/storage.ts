import type { InstanceType } from '../hardware/instance-types';
import type { Checkpoint } from '../models/checkpoints';
import type { Model } from '../models/registry';
import { findCheckpoint } from '../models/registry';

/** Deep Learning AMI with drivers and CUDA, the vLLM image unpacked (26.4 GB), logs and compile cache. */
const SYSTEM_GIB = 130;
const GB_PER_GIB = 1.073741824;

export interface Storage {
  readonly rootVolumeGiB: number;
  readonly weightsOnLocalNvme: boolean;
}

/** Bytes to download and keep; an unknown size is bounded by the BF16 checkpoint's. */
export function downloadBytes(model: Model, checkpoint: Checkpoint): number {
  if (checkpoint.tensorBytes !== null) return checkpoint.tensorBytes;
  if (checkpoint.loadedBytesPerGpu)
    return checkpoint.loadedBytesPerGpu.bytes * checkpoint.loadedBytesPerGpu.tp;
  return findCheckpoint(model, 'bf16')?.tensorBytes ?? 0;
}

/** Where the weights lie: on the instance store when it holds them, else on a root volume made larger. */
export function storageFor(type: InstanceType, bytes: number): Storage {
  const weightsGiB = bytes / 2 ** 30;
  const weightsOnLocalNvme = type.localNvmeGB >= weightsGiB * GB_PER_GIB * 1.1;
  return {
    rootVolumeGiB: Math.ceil(weightsOnLocalNvme ? SYSTEM_GIB : SYSTEM_GIB + weightsGiB * 1.1),
    weightsOnLocalNvme,
  };
}

const BOOT_SECONDS = 90;
const ENGINE_START_SECONDS = 150;
const IMAGE_BYTES = 11e9;
/** Hugging Face is rarely faster than this to one machine, and small machines' networks are slower. */
const DOWNLOAD_BYTES_PER_SECOND = 5e8;
const LOAD_BYTES_PER_SECOND = 1e9;

/** Time from launch to serving: boot, image, weights, engine start (aws.md section 5; estimated). */
export function coldStartSeconds(type: InstanceType, bytes: number): number {
  const network = Math.min(DOWNLOAD_BYTES_PER_SECOND, ((type.networkGbps ?? 10) * 1e9) / 8);
  return Math.ceil(
    BOOT_SECONDS + (IMAGE_BYTES + bytes) / network + bytes / LOAD_BYTES_PER_SECOND + ENGINE_START_SECONDS,
  );
}
