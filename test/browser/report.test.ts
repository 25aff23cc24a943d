import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { htmlAssets } from '../../src/cli/html-file';
import type { Plan } from '../../src/plan/schema';
import { CHARTS } from '../../src/report/charts/index';
import { seconds, usd } from '../../src/report/format';
import { htmlReport } from '../../src/report/html/document';
import { DAY_PLAN, hostilePlan, SMALL_PLAN } from '../report/plans';
import { launch, type Opened, open } from './chromium';

const folder = mkdtempSync(join(tmpdir(), 'browser-'));
const assets = htmlAssets();
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Writes the report of a plan to a file, and gives its path. */
function written(plan: Plan): string {
  const path = join(folder, `${plan.name}.html`);
  writeFileSync(path, htmlReport(plan, 'plan.json', assets));
  return path;
}

/** The report of a plan, opened from a file. */
const report = (plan: Plan, options: Parameters<typeof open>[2] = {}): Promise<Opened> =>
  open(browser, pathToFileURL(written(plan)).href, options);

const svgText = (page: Page, chart: string): Promise<string> =>
  page.$$eval(`[data-chart="${chart}"] svg text`, (texts) =>
    texts.map((text) => text.textContent).join('\n'),
  );

describe.each([
  ['one machine', SMALL_PLAN],
  ['a fleet that follows the day', DAY_PLAN],
])('the report of %s', (_, plan) => {
  test('loads from a file without network, without a complaint, and asks for nothing', async () => {
    const { page, complaints, requests, close } = await report(plan);
    expect(await page.title()).toContain(plan.name);
    expect(await page.textContent('h1')).toBe(plan.summary);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    expect(statSync(join(folder, `${plan.name}.html`)).size).toBeLessThan(2e6);
    await close();
  });

  test("every chart is drawn with the plan's figures", async () => {
    const { page, close } = await report(plan);
    const shown = Object.fromEntries(
      await Promise.all(CHARTS.map(async ({ id }) => [id, await svgText(page, id)] as const)),
    );
    const shapes = await page.$$eval('[data-chart]', (charts) =>
      charts.map((chart) => chart.querySelectorAll('svg path').length),
    );
    expect(shapes).toHaveLength(CHARTS.length);
    expect(Math.min(...shapes)).toBeGreaterThan(3);
    expect(shown['first-token']).toContain(`target ${seconds(plan.requirements.slo.ttftP95Seconds)}`);
    expect(shown['each-token']).toContain(`target ${seconds(plan.requirements.slo.tpotP95Seconds)}`);
    expect(shown['each-token']).toContain(
      `planned: ${plan.requirements.workload.requestsPerSecond} requests/s`,
    );
    expect(shown.memory).toContain(`${Number(plan.memory.weightsGiB.toPrecision(3))} GiB`);
    expect(shown.candidates).toContain(plan.choice.instanceType);
    expect(shown.cost).toContain('USD a month');
    expect(shown.day).toContain('23:00');
    await close();
  });

  test('a chart answers the pointer and the keyboard with the figures of its points', async () => {
    const { page, complaints, close } = await report(plan);
    const chart = page.locator('[data-chart="candidates"]');
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    const said = (await page.textContent('#said')) ?? '';
    expect(said).toContain(`A month: ${usd(plan.cost.usdPerMonth)}`);
    expect(said).toContain(plan.choice.instanceType);
    expect(await svgText(page, 'candidates')).toContain(`${usd(plan.cost.usdPerMonth)} a month`);
    await page.keyboard.press('End');
    const last = plan.series!.candidates.filter(({ onFrontier }) => !onFrontier).at(-1);
    if (last) expect(await page.textContent('#said')).toContain(`A month: ${usd(last.usdPerMonth)}`);
    await page.keyboard.press('Escape');

    const latency = page.locator('[data-chart="each-token"]');
    await latency.scrollIntoViewIfNeeded();
    await latency.hover({ position: { x: 300, y: 200 } });
    await page.waitForFunction(() =>
      document.querySelector('[data-chart="each-token"]')?.textContent?.includes('80% interval '),
    );
    expect(complaints).toEqual([]);
    await close();
  });
});

test('every point of every chart is reached by keyboard and has its figures', async () => {
  const { page, complaints, close } = await report(DAY_PLAN);
  for (const chart of CHARTS) {
    await page.focus(`[data-chart="${chart.id}"]`);
    for (const row of chart.table(DAY_PLAN).rows) {
      await page.keyboard.press('ArrowRight');
      expect([chart.id, await page.textContent('#said')]).toEqual([
        chart.id,
        expect.stringContaining(row.at(-1)!),
      ]);
    }
  }
  expect(complaints).toEqual([]);
  await close();
});

test('dark where the system is dark, and as the reader chooses', async () => {
  const { page, close } = await report(SMALL_PLAN, { colorScheme: 'dark' });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await background()).toBe('rgb(20, 24, 29)');
  const dark = await page.innerHTML('[data-chart="memory"]');
  await page.selectOption('#theme', 'light');
  expect(await background()).toBe('rgb(255, 255, 255)');
  expect(await page.innerHTML('[data-chart="memory"]')).not.toBe(dark);
  await page.selectOption('#theme', 'auto');
  expect(await background()).toBe('rgb(20, 24, 29)');
  await close();
});

test.each([360, 768, 1280, 3840])(
  '%d pixels wide, nothing scrolls sideways and no chart leaves its place',
  async (width) => {
    const { page, complaints, close } = await report(DAY_PLAN, { viewport: { width, height: 900 } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const overflowing = await page.$$eval('[data-chart]', (charts) =>
      charts.flatMap((chart) => {
        const place = chart.getBoundingClientRect();
        return [...chart.querySelectorAll('svg text')]
          .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
          .filter(
            ({ box }) => box.left < place.left - 1 || box.right > place.right + 1 || box.top < place.top - 1,
          )
          .map(({ text }) => text);
      }),
    );
    expect(overflowing).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  },
);

test('rejected instance types are found by searching', async () => {
  const { page, close } = await report(SMALL_PLAN);
  await page.click('#rejected summary');
  const { instanceType } = SMALL_PLAN.rejected.at(-1)!;
  await page.fill('[data-search="rejected-table"]', instanceType);
  const visible = await page.$$eval('#rejected-table tbody tr:not([hidden])', (rows) =>
    rows.map((row) => row.querySelector('th')!.textContent),
  );
  expect(visible).toContain(instanceType);
  expect(visible.length).toBeLessThan(SMALL_PLAN.rejected.length);
  expect(await page.textContent('[data-count="rejected-table"]')).toBe(
    `${visible.length} of ${SMALL_PLAN.rejected.length} rows`,
  );
  await close();
});

test('prints on A4, every table unfolded', async () => {
  const { page, close } = await report(SMALL_PLAN, { colorScheme: 'dark' });
  const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect(pdf.length).toBeGreaterThan(30_000);
  // Read in the same turn: a printer does not wait for the next frame.
  const drawn = await page.evaluate(() => {
    dispatchEvent(new Event('beforeprint'));
    return [...document.querySelectorAll('[data-chart] svg')].map((svg) => Number(svg.getAttribute('width')));
  });
  expect(new Set(drawn)).toEqual(new Set([660]));
  await page.emulateMedia({ media: 'print' });
  expect(await page.$$eval('details:not([open])', (closed) => closed.length)).toBe(0);
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('light');
  const widths = await page.$$eval('[data-chart] svg', (charts) => charts.map((chart) => chart.clientWidth));
  expect(Math.max(...widths)).toBeLessThanOrEqual(690);
  await close();
});

test.each(['light', 'dark'] as const)('axe finds nothing serious or critical (%s)', async (colorScheme) => {
  const { page, close } = await report(DAY_PLAN, { colorScheme, bypassCSP: true });
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
    };
    return (await axe.run()).violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      first: nodes[0]?.html,
    }));
  });
  expect(violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))).toEqual([]);
  await close();
});

test('a hostile plan runs nothing, and says what it says as text', async () => {
  const plan = hostilePlan(
    '</script><img src=x onerror=globalThis.owned=1>"\'><script>globalThis.owned=1</script>',
  );
  const { page, complaints, close } = await report({ ...plan, name: 'hostile' });
  expect(await page.evaluate(() => (globalThis as { owned?: number }).owned)).toBeUndefined();
  expect(await page.$$eval('img, iframe, object, embed', (found) => found.length)).toBe(0);
  expect(await page.$$eval('script', (scripts) => scripts.length)).toBe(2);
  for (const { id } of CHARTS) {
    await page.focus(`[data-chart="${id}"]`);
    await page.keyboard.press('ArrowRight');
  }
  expect(await page.evaluate(() => (globalThis as { owned?: number }).owned)).toBeUndefined();
  expect(complaints).toEqual([]);
  await close();
});

test('the policy stops a script that should get in all the same', async () => {
  const { page, complaints, close } = await report(SMALL_PLAN);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.owned = 1';
    document.body.append(script);
  });
  expect(await page.evaluate(() => (globalThis as { owned?: number }).owned)).toBeUndefined();
  expect(complaints.join()).toContain('Content Security Policy');
  await close();
});

test('a page of the documentation can embed it', async () => {
  written(SMALL_PLAN);
  const path = join(folder, 'embedding.html');
  writeFileSync(path, '<iframe src="small.html" title="Plan" width="800" height="600"></iframe>');
  const { page, complaints, close } = await open(browser, pathToFileURL(path).href);
  await page.frameLocator('iframe').locator('[data-chart="memory"] svg').waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test('a plan of an earlier version says what it does not hold', async () => {
  const { series: _, ...older } = SMALL_PLAN;
  const { page, complaints, close } = await report({ ...older, name: 'older' });
  expect(await page.$$eval('.missing', (notes) => notes.map((note) => note.textContent))).toHaveLength(4);
  expect(await page.$$eval('[data-chart] svg', (charts) => charts.length)).toBe(2);
  expect(complaints).toEqual([]);
  await close();
});
