import { findGpu, GPUS, getGpu, usableMemory } from '../../src/hardware/gpus';
import {
  findInstanceType,
  gpuOf,
  INSTANCE_TYPES,
  matchesTypePattern,
  unservableReason,
} from '../../src/hardware/instance-types';
import { EMBEDDED_CATALOGUE, regionsOf, zonesOf } from '../../src/hardware/offerings';
import { precisionSupport } from '../../src/hardware/precision';

describe('GPUs', () => {
  test('are found whatever the spelling', () => {
    expect(findGpu('rtx-pro-6000')?.id).toBe('RTXPRO6000');
    expect(findGpu('a100-80gb')?.id).toBe('A100-80GB');
    expect(findGpu('h1000')).toBeUndefined();
  });

  test('CUDA reports less than nvidia-smi totals, logged or derived', () => {
    expect(usableMemory(getGpu('L4'))).toMatchObject({ gib: 22.03, evidence: 'logged' });
    for (const gpu of GPUS) {
      const { gib, evidence } = usableMemory(gpu);
      const totalGiB = (gpu.nvidiaSmiMiB ?? gpu.ec2ApiMiB!) / 1024;
      expect(gib).toBeLessThan(totalGiB);
      expect(gib).toBeGreaterThan(totalGiB * 0.97);
      expect(evidence).toBe(gpu.cudaVisibleGiB === null ? 'derived' : 'logged');
    }
  });

  test.each([
    ['T4', 'bf16', 'impossible'],
    ['A10G', 'bf16', 'native'],
    ['A10G', 'fp8', 'weight-only'],
    ['L40S', 'fp8', 'native'],
    ['H200', 'nvfp4', 'weight-only'],
    ['RTXPRO6000', 'nvfp4', 'native'],
    ['B300', 'nvfp4', 'native'],
    ['B200', 'gptq-int4', 'weight-only'],
  ] as const)('%s runs %s: %s', (gpu, checkpoint, how) => {
    expect(precisionSupport(getGpu(gpu), checkpoint).how).toBe(how);
  });
});

describe('instance types', () => {
  test('every servable type has a GPU with data', () => {
    for (const type of INSTANCE_TYPES.filter((candidate) => unservableReason(candidate) === null)) {
      expect(gpuOf(type).memoryBandwidthGBps).toBeGreaterThan(0);
    }
  });

  test.each(['g6f.xlarge', 'gr6f.4xlarge', 'g5g.xlarge', 'p6e-gb200.36xlarge'])(
    '%s is known and refused with a reason',
    (name) => {
      expect(unservableReason(findInstanceType(name)!)).toMatch(/fraction|arm64/);
    },
  );

  test('patterns match names, families and stars, and treat other characters as themselves', () => {
    expect(matchesTypePattern('g6e.12xlarge', 'g6e')).toBe(true);
    expect(matchesTypePattern('g6e.12xlarge', 'g6')).toBe(false);
    expect(matchesTypePattern('g6e.12xlarge', 'g*')).toBe(true);
    expect(matchesTypePattern('g6e.12xlarge', 'g6e?12xlarge')).toBe(false);
    expect(matchesTypePattern('p5.48xlarge', 'p5.*')).toBe(true);
    expect(matchesTypePattern('p5e.48xlarge', 'p5.*')).toBe(false);
  });
});

describe('the catalogue', () => {
  test('names only known types, and prices carry a source', () => {
    for (const offering of EMBEDDED_CATALOGUE.offerings) {
      expect(findInstanceType(offering.instanceType)).toBeDefined();
      expect(offering.zoneIds.length).toBeGreaterThan(0);
      if (offering.onDemand) {
        expect(offering.onDemand.source).not.toBe('');
        expect(offering.onDemand.evidence).toBe(
          offering.onDemand.source.startsWith('estimated')
            ? 'estimated'
            : offering.onDemand.source.startsWith('assumed')
              ? 'assumed'
              : 'listed',
        );
      }
    }
  });

  test('p5e has no on-demand price anywhere', () => {
    const p5e = EMBEDDED_CATALOGUE.offerings.filter(({ instanceType }) => instanceType === 'p5e.48xlarge');
    expect(p5e.length).toBeGreaterThan(0);
    expect(p5e.every(({ onDemand }) => onDemand === null)).toBe(true);
  });

  test('every region has the two zones a load balancer needs', () => {
    for (const region of regionsOf(EMBEDDED_CATALOGUE))
      expect(zonesOf(EMBEDDED_CATALOGUE, region).length).toBeGreaterThanOrEqual(2);
  });
});
