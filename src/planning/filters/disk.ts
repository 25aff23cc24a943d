import { fetchedBytes, storageFor } from '../storage';
import type { CandidateFilter } from './filter';

/** Largest gp3 volume, GiB (AWS, 'Amazon EBS volume types': 64 TiB). */
const LARGEST_VOLUME_GIB = 65_536;
/** Above this many hours a machine is no use as a replacement: the lifecycle hook of its launch gives up after two. */
const LONGEST_READ_HOURS = 1;

/** The weights must lie on a disk that holds them and feeds them to the GPUs in reasonable time. */
export const disk: CandidateFilter = {
  name: 'disk',
  problem: ({ offer, checkpoint }, context) => {
    const bytes = fetchedBytes(context, checkpoint);
    const { rootVolumeGiB, weightsOnLocalNvme } = storageFor(offer.type, bytes);
    if (rootVolumeGiB > LARGEST_VOLUME_GIB)
      return `weights of ${gib(bytes)} GiB do not fit the largest EBS volume (${LARGEST_VOLUME_GIB} GiB)`;
    const bytesPerSecond = ((offer.type.ebsMbps ?? Number.POSITIVE_INFINITY) * 1e6) / 8;
    const hours = bytes / bytesPerSecond / 3600;
    return weightsOnLocalNvme || hours <= LONGEST_READ_HOURS
      ? null
      : `no local NVMe holds the weights (${gib(bytes)} GiB), and reading them from EBS at ${offer.type.ebsMbps} Mbps takes ${hours.toFixed(1)} hours`;
  },
};

const gib = (bytes: number): number => Math.round(bytes / 2 ** 30);
