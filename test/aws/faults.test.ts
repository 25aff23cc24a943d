import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeCatalogue } from '../../src/aws/catalogue/merge';
import { type OverlayRegion, parseOverlay } from '../../src/aws/catalogue/overlay';
import type { Missing } from '../../src/aws/catalogue/region';
import { EMBEDDED_CATALOGUE, offeringsIn } from '../../src/hardware/offerings';
import { RandomStream } from '../../src/simulation/random';
import { cli, localEnvironment, setEnvironment } from './environment';
import { answerFaults, type FaultName } from './fault-kinds';
import { type Call, type Fault, type Handler, type LocalAws, localAws } from './local-aws';
import { json, regionHandlers } from './region';

/** As the program runs, but impatient: no wait between attempts, and short time-outs once the SDK is loaded. */
const mockTimeout = { seconds: 20 };
jest.mock('../../src/aws/settings', () => {
  const { DEFAULT_SETTINGS } = jest.requireActual('../../src/aws/settings');
  const fast = { ...DEFAULT_SETTINGS, maxAttempts: 2, retryDelaySeconds: () => 0 };
  const requestTimeoutSeconds = { enumerable: true, get: () => mockTimeout.seconds };
  return { DEFAULT_SETTINGS: Object.defineProperty(fast, 'requestTimeoutSeconds', requestTimeoutSeconds) };
});

/** .ci/run plays 1,000. */
const SEQUENCES = Number(process.env.FAULT_SEQUENCES ?? 100);
/** Each lane is a region, so that the server knows whose request it spoils. */
const LANES =
  'us-east-1 us-east-2 us-west-2 ap-northeast-1 ap-northeast-2 ap-south-1 eu-north-1 eu-central-1 eu-south-2'.split(
    ' ',
  );
const TYPES = ['g6e.xlarge', 'g6e.2xlarge', 'g6e.4xlarge', 'p5.48xlarge'];
const REFRESH = ['catalog', 'refresh', '--placement-scores'];

/** An account that had one quota raised, and has AWS's default for all others. */
const quotas: Record<string, Handler> = {
  'servicequotas:GetServiceQuota': ({ parameters }) =>
    parameters.QuotaCode === 'L-DB2E81BA'
      ? json({ Quota: { Value: 768 } })
      : json({ __type: 'NoSuchResourceException' }, 400),
  'servicequotas:GetAWSDefaultServiceQuota': () => json({ Quota: { Value: 64 } }),
};

interface Lane {
  fault: (call: Call) => Fault | null;
  /** What the disk does to the next overlay: nothing, fills up, or the program dies after so many bytes. */
  disk: { readonly kind: 'well' | 'full' | 'killed'; readonly bytes: number };
}
const lanes = new Map<string, Lane>(
  LANES.map((name) => [name, { fault: () => null, disk: { kind: 'well', bytes: 0 } }]),
);

/** The pricing service answers in other regions, so its lane is in the question. */
function laneOf({ action, region, parameters }: Call): Lane {
  if (action !== 'pricing:GetProducts') return lanes.get(region)!;
  const filters = parameters.Filters as { Field: string; Value: string }[];
  return lanes.get(filters.find(({ Field }) => Field === 'regionCode')!.Value)!;
}

class Killed extends Error {}

const realWrite = fs.writeFileSync;
const realRemove = fs.rmSync;
function spoilDisk(): void {
  jest.spyOn(fs, 'writeFileSync').mockImplementation((path, data, options) => {
    const lane = LANES.find((name) => String(path).includes(`/${name}/`));
    const { kind, bytes } = lane === undefined ? { kind: 'well' as const, bytes: 0 } : lanes.get(lane)!.disk;
    if (kind === 'well') return realWrite(path, data, options);
    realWrite(path, String(data).slice(0, bytes), options);
    throw kind === 'full'
      ? Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      : new Killed();
  });
  // A program that was killed cleans nothing up.
  jest.spyOn(fs, 'rmSync').mockImplementation((path, options) => {
    const lane = LANES.find((name) => String(path).includes(`/${name}/`));
    if (lane === undefined || lanes.get(lane)!.disk.kind !== 'killed') realRemove(path, options);
  });
}

let folder: string;
let server: LocalAws;
let restore: () => void;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'faults-'));
  server = await localAws({ ...regionHandlers({ types: TYPES, factor: 1.25 }), ...quotas }, (call) =>
    laneOf(call).fault(call),
  );
  restore = setEnvironment(localEnvironment(server.url, folder));
  spoilDisk();
});
afterAll(async () => {
  jest.restoreAllMocks();
  restore();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const tally: Record<string, number> = {};
const count = (what: string): void => {
  tally[what] = (tally[what] ?? 0) + 1;
};

/** What a part of a region says, without its date, and the figures of the server to compare it with. */
function figures(region: OverlayRegion, part: Missing['part']) {
  if (part === 'quotas') return Object.entries(region.quotas?.vcpusByCode ?? {});
  return Object.entries(region.offerings).map(([name, offering]) => {
    if (part === 'zones') return [name, offering.zones?.zoneIds ?? null];
    if (part === 'on-demand prices') return [name, offering.onDemand?.usdPerHour.toFixed(4) ?? null];
    if (part === 'spot prices') return [name, Object.entries(offering.spot?.usdPerHourByZone ?? {})];
    if (part === 'placement scores') return [name, Object.entries(offering.placement?.scoreByZone ?? {})];
    if (part === 'capacity blocks') return [name, offering.capacityBlock?.usdPerHour ?? null];
    return [name, offering.specification?.vcpus ?? null];
  });
}

async function sequence(
  seed: number,
  region: string,
  truth: OverlayRegion,
  parts: readonly Missing['part'][],
) {
  // Neighbouring seeds begin alike; the multiplier spreads them (Knuth).
  const stream = new RandomStream(Math.imul(seed + 1, 0x9e3779b1), 0);
  const random = (): number => stream.uniform();
  const lane = lanes.get(region)!;
  const share = [0.03, 0.1, 0.3, 0.7][Math.floor(random() * 4)]!;
  // One kind of trouble at a time in half of the sequences: expired credentials do not heal between calls.
  const only = random() < 0.5 ? pick(Object.keys(answerFaults) as FaultName[], random()) : null;
  lane.fault = (call) => {
    if (random() >= share) return null;
    const name = only ?? pick(Object.keys(answerFaults) as FaultName[], random());
    count(name);
    return answerFaults[name](call);
  };
  const disk = random();
  lane.disk = {
    kind: disk < 0.08 ? 'full' : disk < 0.16 ? 'killed' : 'well',
    bytes: Math.floor(random() * 3000),
  };

  const path = join(folder, region, 'catalogue.json');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : null;
  // Up to ten calls more, so that fewer refreshes are complete: every other time.
  const quotasToo = seed % 2 === 0;
  const words = [...REFRESH, ...(quotasToo ? ['--quotas'] : [])];
  const { code, out, err } = await cli(...words, '--region', region, '--out', path, '--json');
  lane.fault = () => null;
  const after = existsSync(path) ? readFileSync(path, 'utf8') : null;
  const trace = `seed ${seed}, exit ${code}: ${err}`;

  expect(`${out}${err}`).not.toMatch(/123456789012|AKIAIOSFODNN7EXAMPLE/);
  if (after === before) {
    count('kept');
    // The old one stays only because nothing came, or because the disk failed; both say so.
    expect({ trace, code }).toEqual({ trace, code: 3 });
    expect(err).toMatch(/error: (nothing could be refreshed|cannot write)/);
    if (err.includes('cannot write'))
      expect({ trace, disk: lane.disk.kind }).not.toEqual({ trace, disk: 'well' });
    if (err.includes('cannot write') && lane.disk.kind === 'full') expect(err).toContain('the disk is full');
  } else {
    const { missing } = JSON.parse(out) as { missing: Missing[] };
    count(missing.length === 0 ? 'complete' : 'partial');
    expect({ trace, code }).toEqual({ trace, code: missing.length === 0 ? 0 : 3 });
    const parsed = parseOverlay(after ?? '');
    if (typeof parsed === 'string') throw new Error(`${trace}: ${parsed}`);
    const now = parsed.regions[region]!;
    const old = before === null ? undefined : parseOverlay(before);
    for (const part of parts.filter((name) => quotasToo || name !== 'quotas')) {
      const named = missing.some((entry) => entry.part === part && entry.region === region);
      const expected =
        named && typeof old === 'object'
          ? figures(old.regions[region]!, part)
          : named
            ? null
            : figures(truth, part);
      // An empty answer means that no block is on sale, so that it cannot be told from a lost one.
      if (part === 'capacity blocks' && !named) {
        const prices = figures(now, part).map(([, usd]) => usd);
        expect(prices.filter((usd) => usd !== null && usd !== 41.6)).toEqual([]);
      } else if (part === 'placement scores' && !named) {
        // Likewise an empty answer, or an empty second page: a score may be missing, none may be wrong.
        const known = new Map(figures(truth, part) as [string, [string, number][]][]);
        const wrong = (figures(now, part) as [string, [string, number][]][]).flatMap(([name, scores]) =>
          scores.filter(([zone, score]) =>
            known.get(name)?.some(([at, right]) => at === zone && right !== score),
          ),
        );
        expect({ trace, wrong }).toEqual({ trace, wrong: [] });
      } else if (expected !== null && JSON.stringify(figures(now, part)) !== JSON.stringify(expected))
        expect({ trace, part, figures: figures(now, part) }).toEqual({ trace, part, figures: expected });
    }
    const lines = err.split('\n').filter((line) => line.startsWith('missing: '));
    for (const { part, reason } of missing)
      expect(lines.some((line) => line.includes(part) && line.endsWith(` of ${region}: ${reason}`))).toBe(
        true,
      );
  }
  if (after === null) return;
  const merged = mergeCatalogue(
    EMBEDDED_CATALOGUE,
    parseOverlay(after) as Exclude<ReturnType<typeof parseOverlay>, string>,
  );
  const planned = offeringsIn(merged, region);
  expect(planned.length).toBeGreaterThan(0);
  expect(planned.every(({ onDemand }) => onDemand === null || onDemand.usdPerHour > 0)).toBe(true);
}

const pick = <T>(items: readonly T[], at: number): T => items[Math.floor(at * items.length)]!;

test(
  `${SEQUENCES} seeded sequences of faults: the overlay is the old one or a complete new one`,
  async () => {
    const parts: Missing['part'][] = [
      'zones',
      'on-demand prices',
      'spot prices',
      'capacity blocks',
      'instance types',
      'placement scores',
      'quotas',
    ];
    const pathOf = (region: string): string => join(folder, region, 'catalogue.json');
    const truths: OverlayRegion[] = [];
    for (const region of LANES) {
      expect((await cli(...REFRESH, '--quotas', '--region', region, '--out', pathOf(region))).code).toBe(0);
      const overlay = parseOverlay(readFileSync(pathOf(region), 'utf8')) as {
        regions: Record<string, OverlayRegion>;
      };
      truths.push(overlay.regions[region]!);
      expect(figures(truths.at(-1)!, 'quotas')).toContainEqual(['L-DB2E81BA', 768]);
      expect(figures(truths.at(-1)!, 'quotas')).toContainEqual(['L-417A185B', 64]);
    }
    // Long enough for a machine that does much else at the same time.
    mockTimeout.seconds = 0.3;
    const results = await Promise.allSettled(
      LANES.map(async (region, index) => {
        if (index % 2 === 1) realRemove(pathOf(region));
        for (let seed = index; seed < SEQUENCES; seed += LANES.length)
          await sequence(seed, region, truths[index]!, parts);
        // What a killed program leaves behind is never the file itself.
        const left = readdirSync(join(folder, region)).filter(
          (name) => name !== 'catalogue.json' && !/^\.catalogue\.json\.\d+\.tmp$/.test(name),
        );
        expect(left).toEqual([]);
      }),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    for (const what of [...Object.keys(answerFaults), 'kept', 'complete', 'partial'])
      expect({ what, often: tally[what]! > SEQUENCES / 50 }).toEqual({ what, often: true });
  },
  60_000 + 2000 * SEQUENCES,
);
