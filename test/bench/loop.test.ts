import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { walkLines } from '../../scripts/docs/blocks';
import { parseCalibration } from '../../src/bench/calibration-file';
import { engineModel, setupOf } from '../../src/bench/model';
import { predictedFigures } from '../../src/bench/observations';
import type { BenchLoad } from '../../src/bench/result';
import { plannedLoad, sweepLoads } from '../../src/bench/run';
import { parsePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { cli, inEmptyFolder } from '../cli/harness';
import { startServer } from './server';
import { judged, RETRIES } from './too-busy';

jest.retryTimes(RETRIES);
inEmptyFolder();

const OUTPUT_TOKENS = 6;
/** One slow engine, so that a millisecond of a timer is little beside its steps. */
const REQUIREMENTS = `model: Qwen3.5-9B
checkpoint: bf16
workload: { requestsPerSecond: 4, inputTokens: { mean: 200, p95: 500 }, outputTokens: { mean: ${OUTPUT_TOKENS}, p95: ${OUTPUT_TOKENS} }, sharedPrefixShare: 0 }
slo: { ttftP95Seconds: 9, tpotP95Seconds: 0.25 }
instanceTypes: { allow: [g6.xlarge] }
sizing: { mtp: false, fp8KvCache: false }
`;
const SLOWER = 1.2;

const read = (file: string): Plan => parsePlan(readFileSync(file, 'utf8'), file);
const width = ({ low, high }: Plan['predicted']['ttftP95Seconds']): number => high / low;

/** What an engine a fifth slower than the model says takes until its first token and between tokens, in milliseconds. */
function playedMillis(plan: Plan, load: Exclude<BenchLoad, { kind: 'trace' }>, inputTokens: number) {
  const { workload } = plan.requirements;
  const half = { requests: 1, inputTokens, ttftSeconds: 1, relativeError: 0 };
  const observed = {
    requestsPerSecond: 1,
    inputTokens: workload.inputTokens.mean,
    outputTokens: workload.outputTokens.mean,
    cachedTokens: 0,
    tpotSeconds: 1,
    tpotRelativeError: 0,
    shortPrompts: half,
    longPrompts: half,
  };
  const slower = Math.log(SLOWER);
  const { ttft, decode } = predictedFigures(engineModel(setupOf(plan)), load, observed, [
    slower,
    slower,
    slower,
  ]);
  return { firstMillis: ttft * 1000, gapMillis: decode * 1000 };
}

test('docs/verify.md walks from a running endpoint to a calibrated second plan', async () => {
  const lines = walkLines(readFileSync(join(__dirname, '..', '..', 'docs', 'verify.md'), 'utf8'));
  writeFileSync('selfhost.yaml', REQUIREMENTS);
  let loads: BenchLoad[] = [];
  let plan: Plan | null = null;
  const server = await startServer((_, { max_tokens, messages }) => {
    // Each load begins with a look at /metrics; shorter requests than it has are questions about the endpoint itself.
    const load =
      max_tokens === OUTPUT_TOKENS
        ? loads[server.paths.filter((path) => path === '/metrics').length - 1]
        : undefined;
    const tokens = 5 + (messages?.[0]?.content.trim().split(/\s+/).length ?? 0);
    const quick = { firstMillis: 2, gapMillis: 1 };
    const millis =
      plan === null || load === undefined || load.kind === 'trace' ? quick : playedMillis(plan, load, tokens);
    return { ...millis, tokens: max_tokens, fault: 'none' };
  });
  process.env.QWEN_KEY = 'sk-walk';
  try {
    for (const line of lines) {
      const words = line.replace('https://qwen.example.com', server.url).split(' ').slice(2);
      const short =
        words[0] === 'bench' && !words.includes('--smoke')
          ? ['--duration', '4', '--warmup', '0', '--seed', '3']
          : [];
      const { code, err } = await cli(...words, ...short);
      expect([line, err.replace(/^(warning: .*|\d+\/\d+: .*)\n/gm, '')]).toEqual([
        line,
        code === 1 ? err.slice(err.indexOf('error: ')) : '',
      ]);
      // A benchmark may find the plan broken (1), which is an answer; anything else is a mistake in the page.
      expect([line, code]).toEqual([line, code === 1 && words[0] === 'bench' ? 1 : 0]);
      if (plan === null) {
        plan = read('plans/first.plan.json');
        loads = [plannedLoad(plan), ...sweepLoads(plan), plannedLoad(plan)];
      }
    }
  } finally {
    delete process.env.QWEN_KEY;
    await server.close();
  }
  expect(server.played.every(({ authorization }) => authorization === 'Bearer sk-walk')).toBe(true);

  const text = readFileSync('calibration.json', 'utf8');
  const { multipliers, notes } = parseCalibration(text, 'calibration.json');
  const { decode, prefill, ttft } = multipliers;
  const [first, second] = [read('plans/first.plan.json'), read('plans/second.plan.json')];
  // As many of the same machines, so that the figures differ by what was learned alone.
  const fleet = ({ choice: { gpu, replicas } }: Plan) => [gpu, replicas];
  expect(fleet(second)).toEqual(fleet(first));
  const moved = (figure: 'ttftP95Seconds' | 'tpotP95Seconds'): number =>
    second.predicted[figure].expected / first.predicted[figure].expected;
  const late = notes.some((note) => note.includes('the client was late'));
  const learned = judged(late, () => {
    expect([decode.says, ttft.says]).toEqual([
      expect.stringContaining('times the prediction'),
      expect.stringContaining('times the prediction'),
    ]);
    // Shrunk towards 1 by how few points there are: 1.2 becomes about 1.18 for decoding.
    expect(decode.value).toBeGreaterThan(1.12);
    expect(decode.value).toBeLessThan(1.3);
    // Longer steps hold more sequences at once, which makes them longer still: a little more than the multiplier.
    expect(moved('tpotP95Seconds')).toBeGreaterThan(0.99 * decode.value);
    expect(moved('tpotP95Seconds')).toBeLessThan(1.15 * decode.value);
    const slowest = Math.max(prefill.value, ttft.value, decode.value);
    expect(moved('ttftP95Seconds')).toBeGreaterThan(1.02);
    expect(moved('ttftP95Seconds')).toBeLessThan(1.3 * slowest);
    expect(width(second.predicted.tpotP95Seconds)).toBeLessThan(width(first.predicted.tpotP95Seconds));
    expect(width(second.predicted.ttftP95Seconds)).toBeLessThan(width(first.predicted.ttftP95Seconds));
    expect(second.predicted.simulated!.tpotP95Seconds!).toBeGreaterThan(
      first.predicted.simulated!.tpotP95Seconds!,
    );
  });
  if (!learned) return;

  // Never silently: the plan, its notes and the difference name the file.
  const sha256 = createHash('sha256').update(text).digest('hex');
  expect(second.calibrations?.[first.choice.gpu]).toMatchObject({
    file: 'calibration.json',
    sha256,
    decode: { value: decode.value },
  });
  expect(second.notes.join('\n')).toContain(
    `calibration calibration.json (sha256 ${sha256.slice(0, 12)}, measured 20`,
  );
  expect(first.calibrations).toBeUndefined();
  const { out } = await cli('diff', 'plans/first.plan.json', 'plans/second.plan.json');
  expect(out).toContain('predictions rest on other measurements of your own');
}, 120_000);
