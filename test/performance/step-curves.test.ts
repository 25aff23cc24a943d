import fc from 'fast-check';
import { decodeStep, prefillSeconds } from '../../src/performance/step';
import { decodeCurve, prefillCurve } from '../../src/performance/step-curves';
import { engines, SEEDED } from './arbitrary';

const batches = fc.double({ min: 0.001, max: 600, noNaN: true });
const tokens = fc.integer({ min: 1, max: 200_000 });

test('a decode curve is the decode step, at any batch', () => {
  fc.assert(
    fc.property(engines, tokens, batches, ({ features: f, coefficients: k }, context, batch) => {
      expect(decodeCurve(f, k, context)(batch) / decodeStep(f, k, batch, context).total).toBeCloseTo(1, 11);
    }),
    SEEDED,
  );
});

test('a prefill curve is the prefill, at any batch and cut', () => {
  fc.assert(
    fc.property(
      engines,
      tokens,
      fc.integer({ min: 0, max: 50_000 }),
      fc.integer({ min: 64, max: 16_384 }),
      fc.oneof(batches, fc.constant(0)),
      ({ features: f, coefficients: k }, inputTokens, cachedTokens, maxNumBatchedTokens, decodeBatch) => {
        const chunk = Math.min(inputTokens, maxNumBatchedTokens);
        const whole = prefillSeconds(f, k, {
          inputTokens,
          cachedTokens,
          maxNumBatchedTokens,
          decodeBatch,
          share: 1,
        });
        expect(prefillCurve(f, k, inputTokens, cachedTokens)(decodeBatch, chunk) / whole).toBeCloseTo(1, 9);
      },
    ),
    SEEDED,
  );
});
