import type { InstanceType } from '../hardware/instance-types';
import type { Checkpoint } from '../models/checkpoints';
import type { Model } from '../models/registry';
import { findCheckpoint } from '../models/registry';
import { ROOT_VOLUME_MIB_PER_SECOND } from '../plan/deployed';
import { adaptersOf, layersOf } from '../requirements/adapters';
import type { Requirements } from '../requirements/requirements';
import { adapterFileBytes } from '../vllm/adapters';
import type { PlanningContext } from './candidate';

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

/** The same with the LoRA adapters that are served beside it. */
export const fetchedBytes = (
  { model, requirements }: Pick<PlanningContext, 'model' | 'requirements'>,
  checkpoint: Checkpoint,
): number =>
  adaptersOf(requirements).reduce(
    (sum, { rank }) => sum + adapterFileBytes(model.architecture, rank, layersOf(requirements)),
    downloadBytes(model, checkpoint),
  );

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
/** The vLLM image, compressed and unpacked. */
const IMAGE_BYTES = 11e9;
const UNPACKED_IMAGE_BYTES = 26.4e9;
/** Hugging Face is rarely faster than this to one machine; S3 in the region fills the network. */
const HUGGING_FACE_BYTES_PER_SECOND = 5e8;
/** Of one NVMe disk of an instance store, reading; larger machines stripe several. */
const NVME_BYTES_PER_SECOND = 2e9;
/** What one process reads and copies to GPUs at most, whatever the disk. */
const LOAD_BYTES_PER_SECOND = 4e9;
const MIB = 2 ** 20;

/**
 * Time from launch to serving (aws.md section 5; estimated): boot; the image over the network and unpacked onto the root
 * volume; the weights from their source over the network onto disk, and from the disk into the GPUs; engine start.
 */
export function coldStartSeconds(type: InstanceType, bytes: number, source: WeightSource): number {
  const network = ((type.networkGbps ?? 10) * 1e9) / 8;
  const root = Math.min(ROOT_VOLUME_MIB_PER_SECOND * MIB, ((type.ebsMbps ?? 3500) * 1e6) / 8);
  const disk = storageFor(type, bytes).weightsOnLocalNvme ? NVME_BYTES_PER_SECOND : root;
  const download = Math.min(source === 's3' ? network : HUGGING_FACE_BYTES_PER_SECOND, network, disk);
  return Math.ceil(
    BOOT_SECONDS +
      Math.max(IMAGE_BYTES / network, UNPACKED_IMAGE_BYTES / root) +
      bytes / download +
      bytes / Math.min(LOAD_BYTES_PER_SECOND, disk) +
      ENGINE_START_SECONDS,
  );
}

type WeightSource = Requirements['deployment']['weights'];
