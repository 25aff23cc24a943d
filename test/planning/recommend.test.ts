import { planOf } from '../golden/cases';

const recommended = (model: string, preset: string, requestsPerSecond: number) => {
  const { cost, bestCost, engine } = planOf(
    `model: ${model}\nworkload: { preset: ${preset}, requestsPerSecond: ${requestsPerSecond} }`,
  );
  const best = bestCost!;
  return {
    whyNot: best.whyNot,
    relativeCost: cost.usdPerMonth / best.option.usdPerMonth,
    fp8KvCache: engine.kvCacheDtype === 'fp8',
  };
};

/** Where a plan without FP8 KV cache costs a little more than one with it, and where it costs a fifth more. */
const NEAR = [
  ['Qwen3.5-27B', 'chat', 20],
  ['Qwen3.5-27B', 'rag', 15],
  ['Qwen3.5-122B-A10B', 'rag', 15],
] as const;
const FAR = [
  ['Qwen3.5-9B', 'rag', 15],
  ['Qwen3.5-27B', 'rag', 2],
  ['Qwen3.5-122B-A10B', 'chat', 6],
] as const;

test('a simpler plan is recommended as long as it costs a tenth more at most, and says what it spares', () => {
  for (const [model, preset, rate] of NEAR) {
    const { whyNot, relativeCost, fp8KvCache } = recommended(model, preset, rate);
    expect([model, whyNot]).toEqual([
      model,
      expect.stringMatching(/^\$[\d,]+ a month more \(\d\.\d%\) spares /),
    ]);
    expect(relativeCost).toBeGreaterThan(1);
    expect(relativeCost).toBeLessThanOrEqual(1.1);
    expect(fp8KvCache).toBe(false);
  }
});

test('where simplicity costs more the cheapest plan is recommended', () => {
  for (const [model, preset, rate] of FAR)
    expect([model, recommended(model, preset, rate)]).toEqual([
      model,
      { whyNot: null, relativeCost: 1, fp8KvCache: true },
    ]);
});
