/**
 * `npm run screenshots`: pictures of the terminal, of the HTML report and of the planner page, three plans each, into
 * docs/images. Needs Chromium (.ci/browser.sh installs Debian's).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { htmlAssets } from '../../src/cli/html-file';
import { buildPage } from '../../src/cli/page/build';
import { FIRST_STATE, fragmentOf, type State } from '../../src/page/state';
import { parsePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { htmlReport } from '../../src/report/html/document';
import { terminalReport } from '../../src/report/terminal';
import { launch, open } from '../../test/browser/chromium';
import { DAY_PLAN } from '../../test/report/plans';
import { terminalPage } from './ansi';

const ROOT = join(__dirname, '..', '..');
const IMAGES = join(ROOT, 'docs', 'images');
const golden = (name: string): Plan => {
  const path = join(ROOT, 'test', 'golden', 'plans', `${name}.plan.json`);
  return parsePlan(readFileSync(path, 'utf8'), path);
};
const PLANS: readonly Plan[] = [golden('one-gpu'), golden('nvlink-397b'), DAY_PLAN];
const COLUMNS = 80;
/** Parts of the report, each with what is around it: the answer, the charts of latency, of cost. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  answer: ['h1', '.figures', '#choice'],
  latency: ['#latency'],
  candidates: ['#alternatives'],
  cost: ['#hosted'],
  memory: ['#memory', '#day'],
};
/** Looks of the planner page: file, width, colours, what is asked. */
const PAGES: readonly (readonly [string, number, 'light' | 'dark', State])[] = [
  ['page.png', 1280, 'light', FIRST_STATE],
  [
    'page-dark.png',
    1280,
    'dark',
    { model: 'Qwen3.5-122B-A10B', preset: 'rag', users: '200', market: ['on-demand', 'spot'] },
  ],
  ['page-phone.png', 360, 'light', { model: 'Qwen3.5-9B', rate: '0.5', region: ['eu-central-1'] }],
];

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'screenshots-'));
  mkdirSync(IMAGES, { recursive: true });
  const browser = await launch();
  const shown = (name: string): void => {
    // A palette is enough for text and charts; without pngquant the pictures are larger, and otherwise the same.
    spawnSync('pngquant', ['--force', '--ext', '.png', '64', join(IMAGES, name)]);
    console.log(`docs/images/${name}: ${(statSync(join(IMAGES, name)).size / 1000).toFixed(0)} kB`);
  };
  const load = (
    name: string,
    html: string,
    width: number,
    colorScheme: 'light' | 'dark' = 'light',
    fragment = '',
  ) => {
    const path = join(folder, name);
    writeFileSync(path, html);
    return open(browser, pathToFileURL(path).href + fragment, {
      viewport: { width, height: 900 },
      colorScheme,
    });
  };
  try {
    const assets = htmlAssets();
    for (const plan of PLANS) {
      const file = `plans/${plan.name}.plan.json`;
      const text = terminalReport(plan, { columns: COLUMNS, colour: true, file });
      const terminal = await load('terminal.html', terminalPage(text, COLUMNS), 800);
      await terminal.page.locator('pre').screenshot({ path: join(IMAGES, `${plan.name}-terminal.png`) });
      shown(`${plan.name}-terminal.png`);
      await terminal.close();

      for (const [look, width] of [
        ['light', 1100],
        ['dark', 360],
      ] as const) {
        const { page, close } = await load('report.html', htmlReport(plan, file, assets), width, look);
        const parts = look === 'light' ? PARTS : { phone: ['h1', '.figures'] };
        for (const [part, selectors] of Object.entries(parts)) {
          const name = `${plan.name}-${part}.png`;
          const boxes = await Promise.all(selectors.map(async (s) => (await page.locator(s).boundingBox())!));
          const top = Math.min(...boxes.map(({ y }) => y)) - 8;
          const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + 8;
          const clip = { x: 0, y: Math.max(0, top), width, height: bottom - Math.max(0, top) };
          await page.screenshot({ path: join(IMAGES, name), fullPage: true, clip });
          shown(name);
        }
        await close();
      }
    }
    const { html } = await buildPage();
    for (const [name, width, scheme, state] of PAGES) {
      const { page, close } = await load('page.html', html, width, scheme, `#${fragmentOf(state)}`);
      await page.waitForSelector('#answer[aria-busy="false"]', { timeout: 60_000 });
      await page.screenshot({ path: join(IMAGES, name) });
      shown(name);
      await close();
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

void main();
