import { readdirSync } from 'node:fs';
import { usableMemory } from '../../src/hardware/gpus';
import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import type { Candidate, MachineOffer, PlanningContext } from '../../src/planning/candidate';
import { candidatesOn, machineOffers, pairingsOn } from '../../src/planning/candidates';
import type { Design } from '../../src/planning/design';
import { DesignStore } from '../../src/planning/design-store';
import type { EngineMemory } from '../../src/planning/engine-memory';
import { adapters } from '../../src/planning/filters/adapters';
import { budget } from '../../src/planning/filters/budget';
import { context } from '../../src/planning/filters/context';
import { disk } from '../../src/planning/filters/disk';
import { engineBugs } from '../../src/planning/filters/engine-bugs';
import type { Filter } from '../../src/planning/filters/filter';
import { hardware } from '../../src/planning/filters/hardware';
import { hostMemory } from '../../src/planning/filters/host-memory';
import { instanceTypes } from '../../src/planning/filters/instance-types';
import { instances } from '../../src/planning/filters/instances';
import { latencyFloor } from '../../src/planning/filters/latency-floor';
import { loadBalancerZones } from '../../src/planning/filters/load-balancer-zones';
import { market } from '../../src/planning/filters/market';
import { memory } from '../../src/planning/filters/memory';
import { network } from '../../src/planning/filters/network';
import { FILTER_ORDER } from '../../src/planning/filters/order';
import { precision } from '../../src/planning/filters/precision';
import { qualityFloor } from '../../src/planning/filters/quality-floor';
import { quota } from '../../src/planning/filters/quota';
import { sloAtLoad } from '../../src/planning/filters/slo-at-load';
import { split } from '../../src/planning/filters/split';
import { zones } from '../../src/planning/filters/zones';
import { fleetOf, type Option } from '../../src/planning/fleet';
import { layoutText } from '../../src/planning/layouts';
import type { RequirementsInput } from '../../src/requirements/input';
import { memoryBudget } from '../../src/vllm/budget';
import { contextOf } from './random-requirements';

type Given = Partial<RequirementsInput>;

const asked = (given: Given = {}): PlanningContext => contextOf({ model: 'Qwen3.5-35B-A3B', ...given });

/** The candidate of an instance type with some weights and layout, whatever filters say of it. */
function candidateOn(type: string, ctx: PlanningContext, checkpoint = 'fp8', layout = 'TP 1'): Candidate {
  const found = machineOffers(ctx)
    .filter((offer) => offer.type.name === type)
    .flatMap((offer) => pairingsOn(offer, ctx))
    .flatMap((pairing) => candidatesOn(pairing, ctx))
    .find((candidate) => candidate.checkpoint.key === checkpoint && layoutText(candidate.layout) === layout);
  if (found === undefined) throw new Error(`no ${type} with ${checkpoint} ${layout}`);
  return found;
}

/** A candidate whose machine differs in what a filter looks at. */
const withMachine = (candidate: Candidate, changes: Partial<Candidate['offer']['type']>): Candidate => ({
  ...candidate,
  offer: { ...candidate.offer, type: { ...candidate.offer.type, ...changes } },
});

function designOn(candidate: Candidate, ctx: PlanningContext): Design {
  const outcome = new DesignStore(ctx).of(candidate).get(0);
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.design;
}

/** A fleet of the candidate whose replicas hold a rate. */
const fleetOn = (candidate: Candidate, requestsPerSecond: number, ctx: PlanningContext): Option =>
  fleetOf(candidate, designOn(candidate, ctx), { requestsPerSecond, limitedBy: () => 'TPOT p95' }, ctx);

function memoryOn(type: string, ctx: PlanningContext, checkpoint = 'fp8'): EngineMemory {
  const { gpu, layout, checkpoint: weights } = candidateOn(type, ctx, checkpoint);
  const { requirements, model, release } = ctx;
  const budgetOf = memoryBudget({
    architecture: model.architecture,
    checkpoint: weights,
    layout,
    usableGiB: usableMemory(gpu).gib,
    gpuMemoryUtilization: 0.92,
    kvCacheDtype: 'auto',
    ssmCacheDtype: 'auto',
    prefixCaching: true,
    mtpTokens: 0,
    vision: false,
    maxModelLen: requirements.contextTokens,
    maxNumSeqs: 4,
    maxNumBatchedTokens: 2048,
    release,
    computeCapability: gpu.computeCapability,
  });
  return { gpu, checkpoint: weights, layout, slots: 4, budget: budgetOf };
}

const reasonOf = <Subject>(
  filter: Filter<Subject>,
  subject: Subject,
  ctx: PlanningContext,
): string | null => {
  const problem = filter.problem(subject, ctx);
  return problem === null || typeof problem === 'string' ? problem : problem.reason;
};

function offerNamed(type: string, ctx: PlanningContext): MachineOffer {
  const found = machineOffers(ctx).find((offer) => offer.type.name === type);
  if (found === undefined) throw new Error(`no ${type}`);
  return found;
}

interface Trial {
  readonly filter: { readonly name: string };
  readonly kept: () => string | null;
  readonly rejected: () => string | null;
  readonly reason: RegExp;
}

function trial<Subject>(
  filter: Filter<Subject>,
  kept: readonly [Subject, PlanningContext],
  rejected: readonly [Subject, PlanningContext],
  reason: RegExp,
): Trial {
  return {
    filter,
    kept: () => reasonOf(filter, ...kept),
    rejected: () => reasonOf(filter, ...rejected),
    reason,
  };
}

const plain = asked();
const g6e = candidateOn('g6e.xlarge', plain);
const trials: Readonly<Record<string, () => Trial>> = {
  hardware: () =>
    trial(hardware, [g6e.offer, plain], [offerNamed('g5g.xlarge', plain), plain], /^arm64 machine/),
  'instance-types': () => {
    const denying = asked({ instanceTypes: { deny: ['g6e'] } });
    return trial(instanceTypes, [g6e.offer, plain], [g6e.offer, denying], /^denied by g6e$/);
  },
  market: () => {
    const blocks = asked({ markets: ['capacity-block'] });
    return trial(
      market,
      [offerNamed('p5en.48xlarge', blocks), blocks],
      [offerNamed('g6e.xlarge', blocks), blocks],
      /^not sold as capacity-block; sold as on-demand/,
    );
  },
  zones: () => {
    const six = asked({ minZones: 6 });
    return trial(zones, [g6e.offer, plain], [g6e.offer, six], /^offered in \d zone.*us-east-1.*6 wanted$/);
  },
  'quality-floor': () => {
    const ctx = asked({ qualityFloor: 'bf16' });
    return trial(
      qualityFloor,
      [candidateOn('g6e.xlarge', ctx, 'bf16'), ctx],
      [candidateOn('g6e.xlarge', ctx, 'fp8'), ctx],
      /^fp8 is below the quality floor bf16$/,
    );
  },
  precision: () =>
    trial(precision, [g6e, plain], [candidateOn('g4dn.xlarge', plain, 'fp8'), plain], /T4|FP8|fp8/),
  adapters: () => {
    const ctx = asked({
      adapters: [{ name: 'a', repository: 'acme/a', revision: '0'.repeat(40), rank: 8 }],
      sizing: { adapterLayers: 'all' },
    });
    const candidate = candidateOn('p5.48xlarge', ctx, 'fp8', 'TP 4');
    const shared = { tensorParallel: 4, pipelineParallel: 1, dataParallel: 2, expertParallel: true };
    return trial(
      adapters,
      [candidate, ctx],
      [{ ...candidate, layout: shared }, ctx],
      /sequence-parallel MoE/,
    );
  },
  split: () => {
    return trial(
      split,
      [candidateOn('p5.48xlarge', plain, 'fp8', 'TP 4'), plain],
      [candidateOn('p5.48xlarge', plain, 'fp8', 'TP 8'), plain],
      /^FP8 needs multiples of 128: .*expert width 512\/8 = 64$/,
    );
  },
  'engine-bugs': () => {
    const of = (vllmVersion: string) =>
      asked({ model: 'Qwen3.5-122B-A10B', qualityFloor: 'int4', vllmVersion });
    const [fixed, broken] = [of('0.33.0'), of('0.21.0')];
    const on = (ctx: PlanningContext) => candidateOn('g6e.12xlarge', ctx, 'awq-int4', 'TP 2');
    return trial(engineBugs, [on(fixed), fixed], [on(broken), broken], /do not load with tensor.*vllm#36329/);
  },
  'host-memory': () =>
    trial(
      hostMemory,
      [g6e, plain],
      [withMachine(g6e, { memoryGiB: 4 }), plain],
      /^4 GiB of RAM, about \d+ GiB needed/,
    ),
  disk: () => {
    const slow = withMachine(g6e, { ebsMbps: 50, localNvmeGB: null } as never);
    return trial(
      disk,
      [g6e, plain],
      [slow, plain],
      /no local NVMe holds the weights.*50 Mbps takes \d+\.\d hours/,
    );
  },
  network: () =>
    trial(
      network,
      [g6e, plain],
      [withMachine(g6e, { networkGbps: 0.01 }), plain],
      /takes \d+ minutes to start over 0\.01 Gbps/,
    ),
  memory: () =>
    trial(
      memory,
      [memoryOn('g6e.xlarge', plain), plain],
      [memoryOn('g6e.xlarge', plain, 'bf16'), plain],
      /^TP 1: weights \d+\.\d GiB and work space leave no KV cache/,
    ),
  context: () => {
    const long = asked({ contextTokens: 1_000_000 });
    return trial(
      context,
      [memoryOn('g6e.xlarge', plain), plain],
      [memoryOn('g6e.xlarge', long), long],
      /^TP 1: one sequence of 1000000 tokens needs .* \d+ tokens is the longest that fits$/,
    );
  },
  'latency-floor': () => {
    const design = designOn(g6e, plain);
    const hasty = asked({ slo: { tpotP95Seconds: 0.001 } });
    return trial(
      latencyFloor,
      [design, plain],
      [design, hasty],
      /^fp8 TP 1 even at idle: TPOT p95 \d+ ms, wanted 1 ms \(at 80% confidence\)$/,
    );
  },
  'slo-at-load': () => {
    const { footing } = designOn(g6e, plain);
    const felt = (ttftP95Seconds: number) => ({ footing, ttftP95Seconds, tpotP95Seconds: null });
    return trial(
      sloAtLoad,
      [felt(0.1), plain],
      [felt(60), plain],
      /^simulated: TTFT p95 \d+\.\d\d s, wanted \d+\.\d\d s \(at 80% confidence\)$/,
    );
  },
  instances: () => {
    const busy = asked({ workload: { requestsPerSecond: 10_000 } });
    return trial(
      instances,
      [fleetOn(g6e, 1, plain), plain],
      [fleetOn(g6e, 1, busy), busy],
      /^14286 machines would be needed; one Auto Scaling group of 1000/,
    );
  },
  budget: () => {
    const poor = asked({ monthlyBudgetUsd: 100 });
    return trial(
      budget,
      [fleetOn(g6e, 1, plain), plain],
      [fleetOn(g6e, 1, poor), poor],
      /^\$[\d,]+ a month, budget \$100$/,
    );
  },
  quota: () => {
    const small = asked({ sizing: { quotaVcpus: { 'L-DB2E81BA': 4 } } });
    const ten = asked({ workload: { requestsPerSecond: 5 }, sizing: { quotaVcpus: { 'L-DB2E81BA': 4 } } });
    return trial(
      quota,
      [fleetOn(g6e, 10, small), small],
      [fleetOn(g6e, 1, ten), ten],
      /^32 vCPUs needed, quota L-DB2E81BA .* allows 4$/,
    );
  },
  'load-balancer-zones': () => {
    const option = fleetOn(g6e, 1, plain);
    const oneZone: PlanningContext = {
      ...plain,
      catalogue: {
        ...EMBEDDED_CATALOGUE,
        offerings: EMBEDDED_CATALOGUE.offerings.map((entry) => ({ ...entry, zoneIds: ['use1-az1'] })),
      } as never,
    };
    return trial(loadBalancerZones, [option, plain], [option, oneZone], /us-east-1 has one known zone/);
  },
};

const FILES = readdirSync('src/planning/filters').map((file) => file.replace(/\.ts$/, ''));
const MACHINERY = ['filter', 'fleet-filters', 'order'];

test('each filter of the folder is tried here', () => {
  expect(FILES.filter((file) => !MACHINERY.includes(file)).sort()).toEqual(Object.keys(trials).sort());
});

test.each(Object.keys(trials))('%s keeps what serves, and says why it rejects what does not', (name) => {
  const { filter, kept, rejected, reason } = trials[name]!();
  // A plan names the filter, the filter its file.
  expect(filter.name).toBe(name);
  expect(FILTER_ORDER).toContain(filter.name);
  expect(kept()).toBeNull();
  expect(rejected()).toMatch(reason);
});
