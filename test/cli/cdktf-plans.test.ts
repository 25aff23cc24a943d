import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { serializeOverlay } from '../../src/aws/catalogue/overlay';
import { plansToSynthesise } from '../../src/cli/cdktf-plans';
import { EMBEDDED_CATALOGUE, offeringsIn } from '../../src/hardware/offerings';
import { serializePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { cli, inEmptyFolder, SMALL } from './harness';

inEmptyFolder();

const OVERLAY = 'QWEN_SELFHOST_CATALOGUE';
const before = process.env[OVERLAY];
beforeEach(() => {
  process.env[OVERLAY] = 'none';
});
afterEach(() => {
  if (before === undefined) delete process.env[OVERLAY];
  else process.env[OVERLAY] = before;
});

const warnings: string[] = [];
const synthesised = (environment: Record<string, string> = {}): Plan[] =>
  plansToSynthesise(environment, (line) => warnings.push(line));

/** A catalogue refreshed now, in which the whole region costs twice as much. */
function doublePrices(region: string): void {
  const asOf = new Date().toISOString();
  const offerings = offeringsIn(EMBEDDED_CATALOGUE, region).map(({ instanceType, zoneIds, onDemand }) => [
    instanceType,
    {
      zones: { zoneIds: [...zoneIds], asOf },
      onDemand: onDemand === null ? null : { usdPerHour: onDemand.usdPerHour * 2, asOf },
      spot: null,
      capacityBlock: null,
      specification: null,
    },
  ]);
  writeFileSync(
    'overlay.json',
    serializeOverlay({
      schemaVersion: 1,
      regions: { [region]: { refreshedAt: asOf, offerings: Object.fromEntries(offerings) } },
    }),
  );
  process.env[OVERLAY] = 'overlay.json';
}

test('a model of the environment is planned with the refreshed catalogue, as `plan` does', async () => {
  const old = synthesised({ QWEN_MODEL: 'Qwen3.5-9B' })[0]!;
  expect(warnings.splice(0).join()).toContain('days old');
  doublePrices('us-east-1');
  const fresh = synthesised({ QWEN_MODEL: 'Qwen3.5-9B' })[0]!;
  expect(warnings).toEqual([]);
  expect(fresh.cost.instance.source).toMatch(/^aws-pricing-/);
  expect(fresh.cost.instance.usdPerHour).toBeGreaterThan(old.cost.instance.usdPerHour * 1.5);
  const planned = JSON.parse((await cli('plan', '--model', 'Qwen3.5-9B', '--json')).out) as Plan;
  expect(JSON.parse(serializePlan(fresh))).toEqual(planned);
});

test('without a model: every plan of the folder, else all services of selfhost.yaml, else the example', async () => {
  expect(synthesised().map(({ requirements }) => requirements.model)).toEqual(['Qwen3.5-35B-A3B']);
  writeFileSync(
    'selfhost.yaml',
    'instanceTypes: { allow: [g6e] }\nworkload: { requestsPerSecond: 0.01 }\nservices:\n  - { model: Qwen3.5-9B, name: one }\n  - { model: Qwen3.5-4B, name: two }\n',
  );
  expect(synthesised().map(({ name }) => name)).toEqual(['one', 'two']);
  rmSync('selfhost.yaml');
  mkdirSync('plans');
  writeFileSync('plans/notes.txt', 'not a plan');
  await cli('plan', ...SMALL, '--name', 'b', '--out', 'plans/b.plan.json');
  await cli('plan', ...SMALL, '--name', 'a', '--out', 'plans/a.plan.json');
  expect(synthesised().map(({ name }) => name)).toEqual(['a', 'b']);
  writeFileSync('plans/c.plan.json', '{}');
  expect(() => synthesised()).toThrow(/c\.plan\.json/);
});
