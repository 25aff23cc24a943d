import { findInstanceType } from '../../src/hardware/instance-types';
import { coldStartSeconds, storageFor } from '../../src/planning/storage';

const type = (name: string) => findInstanceType(name)!;
const GIB = 2 ** 30;

describe('where weights lie', () => {
  // g6e.xlarge has a local disk of 250 GB, and a tenth is left free.
  const most = 250e9 / 1.1;

  test('on the local disk as long as that holds them with a tenth to spare, in bytes and not in GiB', () => {
    expect(storageFor(type('g6e.xlarge'), most * 0.999)).toEqual({
      rootVolumeGiB: 130,
      weightsOnLocalNvme: true,
    });
    expect(storageFor(type('g6e.xlarge'), most * 1.001).weightsOnLocalNvme).toBe(false);
  });

  test('else on a root volume that is larger by them and a tenth', () => {
    expect(storageFor(type('g6e.xlarge'), 300 * GIB).rootVolumeGiB).toBe(130 + 330);
  });
});

describe('from launch to serving: boot, image, weights down and into the GPUs, engine start', () => {
  const boot = 90 + 150;
  const root = 500 * 2 ** 20;

  test('a fast network waits for the image to be unpacked onto the root volume', () => {
    // p5.48xlarge: 400 GB/s of network; Hugging Face gives 0.5 GB/s, the disk reads 2 GB/s.
    const seconds = boot + 26.4e9 / root + 100e9 / 0.5e9 + 100e9 / 2e9;
    expect(coldStartSeconds(type('p5.48xlarge'), 100e9, 'huggingface')).toBe(Math.ceil(seconds));
    // From S3 the disk is the limit, down as into the GPUs.
    expect(coldStartSeconds(type('p5.48xlarge'), 100e9, 's3')).toBe(
      Math.ceil(boot + 26.4e9 / root + 2 * (100e9 / 2e9)),
    );
  });

  test('a slow one waits for the image to come', () => {
    // 0.8 Gbps is 0.1 GB/s: 110 s for the image, twice as long as unpacking it.
    const slow = { ...type('g6e.xlarge'), networkGbps: 0.8 };
    expect(coldStartSeconds(slow, 30e9, 'huggingface')).toBe(
      Math.ceil(boot + 11e9 / 0.1e9 + 30e9 / 0.1e9 + 30e9 / 2e9),
    );
  });
});
