/**
 * `npm run screenshots`: pictures of the terminal and of the HTML report for three plans, into docs/images; and of the
 * planner page where `npm run build:page` has made one. Needs Chromium (.ci/browser.sh installs Debian's).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { htmlAssets } from '../../src/cli/html-file';
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

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'screenshots-'));
  mkdirSync(IMAGES, { recursive: true });
  const browser = await launch();
  const shown = (name: string): void => {
    // A palette is enough for text and charts; without pngquant the pictures are larger, and otherwise the same.
    spawnSync('pngquant', ['--force', '--ext', '.png', '64', join(IMAGES, name)]);
    console.log(`docs/images/${name}: ${(statSync(join(IMAGES, name)).size / 1000).toFixed(0)} kB`);
  };
  const load = (name: string, html: string, width: number, colorScheme: 'light' | 'dark' = 'light') => {
    const path = join(folder, name);
    writeFileSync(path, html);
    return open(browser, pathToFileURL(path).href, { viewport: { width, height: 900 }, colorScheme });
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
    const planner = join(ROOT, 'dist', 'page', 'index.html');
    if (existsSync(planner)) {
      const { page, close } = await open(browser, pathToFileURL(planner).href, {
        viewport: { width: 1280, height: 900 },
      });
      await page.waitForSelector('#answer[aria-busy="false"]');
      await page.screenshot({ path: join(IMAGES, 'page.png') });
      shown('page.png');
      await close();
    } else console.log('no planner page in dist/page: run npm run build:page first to have its picture');
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

void main();
