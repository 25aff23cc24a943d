import { getGpu } from '../../src/hardware/gpus';
import { precisionMap } from '../../src/performance/precision-map';
import { findRelease, LATEST_RELEASE } from '../../src/vllm/releases';

const before = findRelease('0.28.0')!;
const classes = (isMoe: boolean, gpu: string, release = LATEST_RELEASE) => {
  const { attention, mlp, experts } = precisionMap(isMoe, 'fp8', getGpu(gpu), release);
  return [attention, mlp, experts].map(({ bytes, flopClass }) => `${bytes} ${flopClass}`);
};

describe('FP8 in blocks of 128 x 128, as Qwen publishes it', () => {
  // No CUTLASS kernel below compute capability 9.0; since 0.29.0 Marlin comes before Triton.
  test.each(['L4', 'L40S'])(
    'is unpacked to BF16 in the dense layers of %s since 0.29.0, not in its experts',
    (gpu) => {
      expect(classes(false, gpu)).toEqual(['1 bf16', '1 bf16', '1 fp8']);
      expect(classes(true, gpu)).toEqual(['1 bf16', '1 bf16', '1 fp8']);
      expect(classes(true, gpu, before)).toEqual(['1 fp8', '1 fp8', '1 fp8']);
    },
  );

  test.each(['H100', 'H200', 'B200', 'RTXPRO6000'])('is multiplied as FP8 on %s', (gpu) => {
    expect(classes(false, gpu)).toEqual(['1 fp8', '1 fp8', '1 fp8']);
    expect(classes(false, gpu, before)).toEqual(['1 fp8', '1 fp8', '1 fp8']);
  });

  test('is unpacked in all layers of Ampere, in any release', () => {
    expect(classes(true, 'A100-80GB')).toEqual(['1 bf16', '1 bf16', '1 bf16']);
    expect(classes(true, 'A100-80GB', before)).toEqual(['1 bf16', '1 bf16', '1 bf16']);
  });
});

// ModelOpt scales whole tensors: CUTLASS has kernels for those on Ada.
test('the FP8 attention of dense NVFP4 checkpoints stays FP8 on Ada, its four-bit layers are unpacked', () => {
  const { attention, mlp } = precisionMap(false, 'nvfp4', getGpu('L40S'), LATEST_RELEASE);
  expect([attention.flopClass, mlp.flopClass]).toEqual(['fp8', 'bf16']);
});
