import { UserError } from '../../src/errors';
import { EMBEDDED_CATALOGUE, offeringsIn, regionsOf } from '../../src/hardware/offerings';
import { MODELS } from '../../src/models/registry';
import { serializePlan } from '../../src/plan/document';
import { planOf } from '../golden/cases';

const errorOf = (text: string): UserError => {
  try {
    planOf(text);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`${text} was planned`);
};

describe('sanity', () => {
  test('35B-A3B at one request a second is one small machine, not eight H200', () => {
    const { choice } = planOf('model: Qwen3.5-35B-A3B');
    expect(choice).toMatchObject({ instances: 1, gpusPerInstance: 1 });
  });

  test('397B BF16 fits no eight 80 GB GPUs: H200 and larger only, and the others say why', () => {
    const plan = planOf('model: Qwen3.5-397B-A17B\ncheckpoint: bf16');
    expect(['H200', 'B200', 'B300']).toContain(plan.choice.gpu);
    const p5 = plan.rejected.find(({ instanceType }) => instanceType === 'p5.48xlarge');
    expect(p5).toMatchObject({ filter: 'memory' });
    expect(p5?.reason).toMatch(/weights \d+\.\d GiB/);
  });

  test('397B in a region without machines for it: the nearest miss and what would help, exit code 1', () => {
    const error = errorOf('model: Qwen3.5-397B-A17B\nregions: [eu-west-1]');
    expect(error.exitCode).toBe(1);
    expect(error.message).toMatch(/nearest is p4d\.24xlarge.*memory|nearest is p4d\.24xlarge.*weights/);
    expect(error.message).not.toContain('\n');
  });

  test('an SLO nothing meets names the best achievable', () => {
    const error = errorOf('model: Qwen3.5-122B-A10B\nslo: { ttftP95Seconds: 0.01 }');
    expect(error.message).toMatch(/even at idle: TTFT p95 \d+ ms, wanted 10 ms.*best achievable/);
  });

  test('a budget below the cheapest plan names its price', () => {
    expect(errorOf('model: Qwen3.5-9B\nmonthlyBudgetUsd: 10').message).toMatch(
      /\$[\d,]+ a month, budget \$10; that is the cheapest/,
    );
  });

  test('a checkpoint of unknown size is not chosen by itself', () => {
    expect(planOf('model: Qwen3.5-27B\nqualityFloor: int4').choice.checkpoint).not.toBe('gptq-int4');
    expect(errorOf('model: Qwen3.5-27B\ncheckpoint: gptq-int4').message).toContain('is not known');
  });

  test('spot is priced at its dearest zone and marked as a risk', () => {
    const plan = planOf('model: Qwen3.5-35B-A3B\nmarkets: [spot]');
    expect(plan.choice.market).toBe('spot');
    expect(plan.risks.join()).toContain('two minutes');
  });

  test('more zones than the type has are refused with the zones it has', () => {
    const plan = planOf('model: Qwen3.5-35B-A3B\nminZones: 3');
    expect(plan.choice.zoneIds.length).toBeGreaterThanOrEqual(3);
    expect(plan.rejected.find(({ instanceType }) => instanceType === 'g7e.2xlarge')?.reason).toContain(
      'use1-az2',
    );
  });
});

describe('next safer', () => {
  const safer = (text: string) => {
    const plan = planOf(`model: Qwen3.5-9B\n${text}`);
    const found = plan.alternatives.find(({ kind }) => kind === 'next-safer');
    return found && { more: found.option.instances - plan.choice.instances, tradeOff: found.tradeOff };
  };

  test('is one machine more where none may be lost, and nothing where a zone may', () => {
    expect(safer('')).toEqual({
      more: 1,
      tradeOff: expect.stringMatching(/the load survives the loss of one$/),
    });
    expect(safer('sizing: { survive: zone }')).toBeUndefined();
    // Three machines for a load that one holds: any of them, and any zone, may be lost.
    expect(safer('minReplicas: 3\nworkload: { requestsPerSecond: 0.05 }')).toBeUndefined();
  });

  test('is a zone where a machine may be lost already', () => {
    const found = safer('workload: { requestsPerSecond: 30 }\nsizing: { survive: machine }');
    expect(found!.more).toBeGreaterThanOrEqual(1);
    expect(found!.tradeOff).toMatch(/more: the load survives the loss of a zone$/);
  });
});

test('next faster has tokens that come at least a fifth faster', () => {
  const found = ['Qwen3.5-9B', 'Qwen3.5-27B', 'Qwen3.5-35B-A3B', 'Qwen3.5-122B-A10B'].flatMap((model) => {
    const { alternatives, predicted } = planOf(`model: ${model}\nworkload: { requestsPerSecond: 2 }`);
    const faster = alternatives.find(({ kind }) => kind === 'next-faster');
    return faster ? [faster.option.tpotP95Seconds.expected / predicted.tpotP95Seconds.expected] : [];
  });
  expect(found.length).toBeGreaterThan(2);
  expect(Math.max(...found)).toBeLessThanOrEqual(0.8001);
});

describe('every plan', () => {
  const plan = planOf('model: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: 5 }');

  test('answers for every instance type of the region', () => {
    const offered = new Set(
      offeringsIn(EMBEDDED_CATALOGUE, 'us-east-1').map(({ instanceType }) => instanceType),
    );
    const answered = new Set([
      plan.choice.instanceType,
      ...plan.rejected.map(({ instanceType }) => instanceType),
    ]);
    expect(answered).toEqual(offered);
    for (const { reason } of plan.rejected) expect(reason.length).toBeGreaterThan(10);
  });

  test('fits: pool blocks hold max-num-seqs, parts stay within the ceiling', () => {
    expect(plan.memory.poolBlocks).toBeGreaterThanOrEqual(plan.engine.maxNumSeqs);
    const { weightsGiB, peakActivationGiB, cudaGraphGiB, otherGiB, kvCacheGiB, usableGiB } = plan.memory;
    const used = weightsGiB + peakActivationGiB + cudaGraphGiB + otherGiB + kvCacheGiB;
    expect(used).toBeLessThanOrEqual(usableGiB * plan.engine.gpuMemoryUtilization * 1.001);
  });

  test('its own prediction meets its SLO, and utilisation stays within the margin', () => {
    expect(plan.predicted.ttftP95Seconds.expected).toBeLessThanOrEqual(plan.requirements.slo.ttftP95Seconds);
    expect(plan.predicted.tpotP95Seconds.expected).toBeLessThanOrEqual(plan.requirements.slo.tpotP95Seconds);
    expect(plan.predicted.utilisation).toBeLessThanOrEqual(0.7001);
  });

  test('keeps its time-outs in order', () => {
    const t = plan.timeoutsSeconds;
    expect(t.deregistrationDelay).toBeGreaterThanOrEqual(t.longestRequest);
    expect(t.lifecycleHeartbeat).toBeGreaterThan(t.systemdStop);
    expect(t.systemdStop).toBeGreaterThan(t.engineShutdown);
    expect(t.engineKeepAlive).toBeGreaterThan(t.loadBalancerIdle);
    expect(plan.scaling.targetConcurrencyPerReplica).toBeLessThan(plan.engine.maxNumSeqs);
  });

  test('cost adds up', () => {
    const sum = plan.cost.items.reduce((total, { usdPerMonth }) => total + usdPerMonth, 0);
    expect(plan.cost.usdPerMonth).toBeCloseTo(sum, 1);
    expect(plan.cost.usdPerHour).toBeCloseTo(plan.cost.usdPerMonth / 730, 3);
  });
});

/** All models in all regions, stacks included: `npm run check:regions`, which .ci/run runs. */
test('every model is planned, or refused in one line, in a few regions of its own', () => {
  const regions = regionsOf(EMBEDDED_CATALOGUE);
  const outcomes = MODELS.flatMap(({ name }, m) =>
    regions
      .filter((_, r) => r % MODELS.length === m)
      .map((region) => {
        try {
          const limits = 'qualityFloor: int4\nslo: { ttftP95Seconds: 30, tpotP95Seconds: 0.3 }';
          return serializePlan(planOf(`model: ${name}\nregions: [${region}]\n${limits}`)) && 'planned';
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          return error.message;
        }
      }),
  );
  expect(outcomes).toHaveLength(regions.length);
  expect(outcomes.filter((outcome) => outcome.includes('\n'))).toEqual([]);
  expect(outcomes.filter((outcome) => outcome === 'planned').length).toBeGreaterThan(outcomes.length / 2);
});

test('of the types that the lists leave out, those come first that might stand instead of the chosen one', () => {
  const { rejected, choice } = planOf('model: Qwen3.5-35B-A3B\ninstanceTypes: { allow: [g7e.2xlarge] }');
  expect(new Set(rejected.map(({ filter }) => filter))).toEqual(new Set(['instance-types', 'hardware']));
  const usdPerHour = (name: string): number =>
    EMBEDDED_CATALOGUE.offerings.find(
      ({ instanceType, region }) => instanceType === name && region === choice.region,
    )!.onDemand!.usdPerHour;
  for (const { instanceType } of rejected.slice(0, 8)) {
    const ratio = usdPerHour(instanceType) / usdPerHour('g7e.2xlarge');
    expect([instanceType, ratio > 0.5 && ratio < 2]).toEqual([instanceType, true]);
    // T4 GPUs compute no FP8; one L4 or A10G does not hold 35 GB.
    expect(instanceType).not.toMatch(/^g4dn|^g[56]\.(x|2x|4x|8x|16x)/);
  }
});

test('a market in which nothing is sold is refused by what sells there, not by a type that happens to come first', () => {
  expect(() =>
    planOf('model: Qwen3.5-397B-A17B\nregions: [eu-central-1]\nmarkets: [capacity-block]'),
  ).toThrow(
    /^no plan for Qwen3.5-397B-A17B: nothing in eu-central-1 is sold as capacity-block at a known price; eu-north-1, .* offer some; try --market on-demand/,
  );
});

test('a spot plan says where machines on demand cost less, and no other plan does', () => {
  const text =
    'model: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: 6 }\nregions: [us-west-2]\ndeployment: { onDemandBase: 1 }\n';
  const of = (more: string) => {
    const { risks, cost } = planOf(`${text}${more}`);
    return { said: risks.filter((risk) => risk.startsWith('on demand costs less')), cost: cost.usdPerMonth };
  };
  const spot = of('markets: [spot]');
  const both = of('markets: [spot, on-demand]');
  expect(both.cost).toBeLessThan(spot.cost);
  expect(spot.said).toEqual([
    expect.stringMatching(/: 3 x g7e\.2xlarge in us-west-2 for about \$[\d,]+ a month; add it to markets/),
  ]);
  expect([...both.said, ...of('').said]).toEqual([]);
  // Spot of the same type, where its price is known, costs less than half.
  const east = planOf(`${text.replace('us-west-2', 'us-east-1')}markets: [spot]`);
  expect(east.risks.join()).not.toContain('on demand costs less');
});
