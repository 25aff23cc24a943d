import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { buildPage } from '../../src/cli/page/build';
import { servePage } from '../../src/cli/page/server';
import { getModel } from '../../src/models/registry';
import { commandOf, wordsOf } from '../../src/page/command';
import { FIELDS, fragmentOf, type State } from '../../src/page/state';
import { parsePlan } from '../../src/plan/document';
import { usd } from '../../src/report/format';
import { cli } from '../cli/harness';
import { randomStates } from '../page/states';
import { launch, type Opened, open } from './chromium';

const folder = mkdtempSync(join(tmpdir(), 'page-'));
const file = join(folder, 'index.html');
const home = process.cwd();
let html: string;
let browser: Browser;
beforeAll(async () => {
  html = (await buildPage()).html;
  writeFileSync(file, html);
  // The command line would read a selfhost.yaml.
  process.chdir(folder);
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const OFFICE_HOURS = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 18 ? 1 : 0.1)).join(',');
const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';
const ADAPTERS = ['support:16', 'legal:32'].map((text) => {
  const [name, rank] = text.split(':');
  return `${name}=acme/${name}-lora@${'0123456789'.repeat(4)}:${rank}`;
});
const IMAGE = `123456789012.dkr.ecr.eu-central-1.amazonaws.com/vllm@sha256:${'ab'.repeat(32)}`;

/** Waits for the answer to all that was asked. */
const settled = (page: Page): Promise<unknown> => page.waitForSelector('#answer[aria-busy="false"]');

/** The page from disk, answered. */
async function planner(
  state: State | string = '',
  options: Parameters<typeof open>[2] = {},
): Promise<Opened> {
  const fragment = typeof state === 'string' ? state : fragmentOf(state);
  const opened = await open(
    browser,
    `${pathToFileURL(file).href}${fragment === '' ? '' : `#${fragment}`}`,
    options,
  );
  await settled(opened.page);
  return opened;
}

async function downloaded(page: Page, button: string): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`text=${button}`)]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

const planned = async (state: State): Promise<string> => (await cli(...wordsOf(state), '--json')).out;
/** The only requests are for what the page itself holds: its worker. */
const outside = ({ requests }: Opened): string[] =>
  requests.filter((url) => !url.startsWith('blob:') && !url.endsWith('/index.html'));

test('opens from disk without network or complaint and shows the plan of the command line', async () => {
  const opened = await planner();
  const { page, complaints, close } = opened;
  const text = await planned({ model: 'Qwen3.5-35B-A3B', rate: '2' });
  const plan = parsePlan(text, 'cli');
  expect(await page.textContent('.summary')).toBe(plan.summary);
  expect(await page.textContent('.figures')).toContain(usd(plan.cost.usdPerMonth));
  expect(await page.title()).toContain(plan.choice.instanceType);
  expect(await downloaded(page, 'Download plan.json')).toEqual({ name: `${plan.name}.plan.json`, text });
  const yaml = await downloaded(page, 'Download selfhost.yaml');
  writeFileSync('downloaded.yaml', yaml.text);
  expect((await cli('plan', 'downloaded.yaml', '--json')).out).toBe(text);
  expect(complaints).toEqual([]);
  expect(outside(opened)).toEqual([]);
  await close();
});

test('plan, YAML, command, address and charts follow a slider', async () => {
  const { page, complaints, close } = await planner();
  const before = await page.textContent('.summary');
  const drawn = page.locator('[data-chart="each-token"]');
  await drawn.scrollIntoViewIfNeeded();
  await page.waitForSelector('[data-chart="each-token"] svg');
  const chart = await drawn.innerHTML();
  await page.locator('input[aria-label="Requests, slider"]').focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
  await settled(page);
  const rate = await page.inputValue('#rate');
  expect(Number(rate)).toBeGreaterThan(2);
  expect(await page.textContent('.summary')).not.toBe(before);
  expect(await page.textContent('.summary')).toContain(`${rate} requests/s`);
  expect(await page.textContent('#yaml')).toContain(`requestsPerSecond: ${rate}`);
  expect(await page.textContent('#command')).toBe(
    `npx qwen-selfhost plan --model Qwen3.5-35B-A3B --rate ${rate}`,
  );
  await page.waitForFunction((wanted) => location.hash.includes(wanted), `rate=${rate}`);
  expect(await drawn.innerHTML()).not.toBe(chart);
  // What is read out comes once the slider rests.
  await page.waitForFunction(
    (wanted) => document.getElementById('said')?.textContent?.includes(wanted),
    rate,
  );

  const { text } = await downloaded(page, 'Download plan.json');
  expect(text).toBe(await planned({ model: 'Qwen3.5-35B-A3B', rate }));
  await page.reload();
  await settled(page);
  expect(await page.inputValue('#rate')).toBe(rate);
  expect((await downloaded(page, 'Download plan.json')).text).toBe(text);
  expect(complaints).toEqual([]);
  await close();
});

test('every field sets its flag', async () => {
  const { page, complaints, close } = await planner();
  await page.selectOption('#model', 'Qwen3.5-9B');
  await page.selectOption('#preset', 'rag');
  await page.check('text=active users');
  await page.fill('#users', '300');
  for (const more of await page.$$('.more > summary')) await more.click();
  const typed = {
    'seconds-between-requests': '30',
    context: '40000',
    'input-tokens': '3000',
    'input-tokens-p95': '9000',
  };
  const more = {
    'output-tokens': '300',
    'output-tokens-p95': '900',
    'shared-prefix': '0.4',
    'ttft-p95': '4',
  };
  const last = { 'tpot-p95': '0.06', confidence: '0.7', budget: '90000', 'savings-plan': '0.2' };
  const block = { 'block-start': '2099-01-15', 'block-days': '28', 'adapters-at-once': '1' };
  const built = { name: 'search', certificate: CERTIFICATE, image: IMAGE, 'min-zones': '2' };
  await page.fill('#allow-type', 'g6e, g7e, p5');
  await page.fill('#deny-type', 'g6e.48xlarge');
  await page.fill('#adapter', `${ADAPTERS.join(', ')},`);
  await page.selectOption('#adapter-layers', 'all');
  await page.fill('#tag', 'team=search and chat, stage=test,');
  await page.fill('#allow-cidr', '10.0.0.0/8, 192.168.0.0/16');
  await page.fill('#vpc', 'vpc-0123456789abcdef0');
  await page.fill('#machine-subnet', 'subnet-0123456789abcdef0');
  await page.fill('#load-balancer-subnet', 'subnet-0123456789abcdef1, subnet-0123456789abcdef2');
  await page.selectOption('#exposure', 'public');
  await page.selectOption('#nat', 'none');
  await page.selectOption('#weights', 's3');
  await page.selectOption('#multimodal', 'on');
  await page.click('text=office hours, 8 to 18 UTC');
  for (const [name, value] of Object.entries({ ...typed, ...more, ...last, ...block, ...built }))
    await page.fill(`#${name}`, value);
  await page.selectOption('#quality-floor', 'int4');
  // Those that there are of the chosen model.
  const options = await page.$$eval('#checkpoint option', (all) =>
    all.map((one) => one.getAttribute('value')),
  );
  expect(options).toEqual(['', ...getModel('Qwen3.5-9B').checkpoints.map(({ key }) => key)]);
  await page.selectOption('#checkpoint', 'bf16');
  await page.selectOption('#thinking', 'off');
  await page.click('summary:has-text("us-east-1")');
  // The VPC and the certificate lie there.
  await page.check('text=eu-central-1');
  await page.uncheck('input[value="us-east-1"]');
  await page.check('text=spot: cheaper');
  await page.selectOption('#survive', 'machine');
  await page.waitForTimeout(500);
  await settled(page);
  const state: State = {
    model: 'Qwen3.5-9B',
    multimodal: 'on',
    adapter: ADAPTERS,
    'adapter-layers': 'all',
    ...block,
    'quality-floor': 'int4',
    checkpoint: 'bf16',
    preset: 'rag',
    users: '300',
    ...typed,
    ...more,
    ...last,
    thinking: 'off',
    region: ['eu-central-1'],
    market: ['on-demand', 'spot'],
    survive: 'machine',
    'hourly-factors': OFFICE_HOURS,
    'allow-type': ['g6e', 'g7e', 'p5'],
    'deny-type': ['g6e.48xlarge'],
    ...built,
    tag: ['team=search and chat', 'stage=test'],
    exposure: 'public',
    'allow-cidr': ['10.0.0.0/8', '192.168.0.0/16'],
    vpc: 'vpc-0123456789abcdef0',
    'machine-subnet': ['subnet-0123456789abcdef0'],
    'load-balancer-subnet': ['subnet-0123456789abcdef1', 'subnet-0123456789abcdef2'],
    nat: 'none',
    weights: 's3',
  };
  expect(Object.keys(state).sort()).toEqual([...FIELDS].filter((name) => name !== 'rate').sort());
  expect(await page.textContent('#command')).toBe(commandOf(state));
  const plan = await downloaded(page, 'Download plan.json');
  expect(plan.text).toBe(await planned(state));
  writeFileSync('every.yaml', (await downloaded(page, 'Download selfhost.yaml')).text);
  expect((await cli('plan', 'every.yaml', '--json')).out).toBe(plan.text);
  await page.waitForFunction((wanted) => location.hash === wanted, `#${fragmentOf(state)}`);
  await page.reload();
  await settled(page);
  expect(await page.textContent('#command')).toBe(commandOf(state));
  expect(await page.inputValue('#tag')).toBe('team=search and chat, stage=test');
  expect(await page.inputValue('#adapter')).toBe(ADAPTERS.join(', '));
  expect(complaints).toEqual([]);
  await close();
});

test('a wrong value is told at its field, in the words of the command line, and can be put right', async () => {
  const { page, complaints, close } = await planner();
  await page.fill('#ttft-p95', 'soon');
  await page.waitForSelector('#ttft-p95[aria-invalid="true"]');
  const message = (await cli('plan', '--model', 'Qwen3.5-35B-A3B', '--rate', '2', '--ttft-p95', 'soon')).err;
  expect(`error: ${await page.textContent('#ttft-p95-error')}\n`).toBe(message);
  expect(await page.getAttribute('#ttft-p95', 'aria-describedby')).toContain('ttft-p95-error');
  expect(await page.isDisabled('text=Download plan.json')).toBe(true);
  expect(await page.isVisible('.figures')).toBe(false);
  await page.click('[aria-label="First token after at most: leave it to the planner"]');
  await page.waitForSelector('.figures', { state: 'visible' });
  expect(await page.isVisible('#ttft-p95-error')).toBe(false);
  expect(complaints).toEqual([]);
  await close();
});

test('where nothing meets the wish, the nearest miss is shown', async () => {
  const state = { model: 'Qwen3.5-35B-A3B', rate: '2', budget: '100' };
  const { page, close } = await planner(state);
  const { err, code } = await cli(...wordsOf(state));
  expect(code).toBe(1);
  const shown = (await page.textContent('.summary')) ?? '';
  expect(`error: ${shown}\n`.toLowerCase()).toBe(err.toLowerCase());
  expect(shown).toContain('nearest is');
  // What the planner took for the empty fields is known all the same.
  expect(await page.getAttribute('#ttft-p95', 'placeholder')).toBe('2');
  await close();
});

test('a hostile address stays text', async () => {
  const attack = '"><img src=x onerror=alert(1)>';
  const opened = await planner(
    new URLSearchParams([
      ['model', attack],
      ['rate', attack],
      ['region', attack],
      ['<b>x</b>', '1'],
    ]).toString(),
  );
  const { page, complaints, close } = opened;
  let alerted = false;
  page.on('dialog', () => {
    alerted = true;
  });
  expect(await page.$$('img, b')).toEqual([]);
  expect(await page.textContent('#notices')).toContain('<b>x</b>: no field of this page');
  expect(await page.inputValue('#rate')).toBe(attack);
  expect(await page.textContent('.summary')).toContain('onerror=alert(1)');
  expect(alerted).toBe(false);
  expect(complaints).toEqual([]);
  expect(outside(opened)).toEqual([]);
  await close();
});

test('Chromium computes the same bytes as Node', async () => {
  const opened = await planner();
  const { page, close } = opened;
  for (const state of randomStates(12, 5)) {
    await page.evaluate((fragment) => {
      document.getElementById('answer')!.setAttribute('aria-busy', 'true');
      location.hash = fragment;
    }, fragmentOf(state));
    await settled(page);
    const { out, code } = await cli(...wordsOf(state), '--json');
    const kind = await page.getAttribute('#answer', 'data-kind');
    expect([state, kind]).toEqual([state, code === 0 ? 'plan' : code === 1 ? 'nothing' : 'wrong']);
    if (code === 0) expect((await downloaded(page, 'Download plan.json')).text).toBe(out);
  }
  await close();
});

test('the command is copied', async () => {
  const { page, close } = await planner('', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.click('text=Copy the command');
  await page.waitForSelector('text=Copied the command.');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await page.textContent('#command'));
  await close();
});

test('dark where the system is dark', async () => {
  const { page, close } = await planner('', { colorScheme: 'dark' });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await background()).toBe('rgb(20, 24, 29)');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
  expect(await background()).toBe('rgb(255, 255, 255)');
  await close();
});

test.each([360, 768, 1280, 3840])('%d pixels wide, nothing scrolls sideways', async (width) => {
  const { page, complaints, close } = await planner('', { viewport: { width, height: 900 } });
  for (const more of await page.$$('.more > summary')) await more.click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  // On a small screen the answer is far below the form, and its sum stays in sight.
  expect(await page.isVisible('#bar')).toBe(width < 900);
  if (width < 900) {
    await page.click('#bar');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('answer');
  }
  expect(complaints).toEqual([]);
  await close();
});

test.each(['light', 'dark'] as const)(
  'axe finds nothing serious, %s, with and without an error',
  async (colorScheme) => {
    const { page, close } = await planner('', { colorScheme, bypassCSP: true });
    await page.addScriptTag({ path: require.resolve('axe-core/axe.min.js') });
    const violations = () =>
      page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
        interface Violation {
          id: string;
          impact: string;
          nodes: { html: string }[];
        }
        const found = await axe.run();
        return found.violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
      });
    for (const folded of await page.$$('details:not([open]) > summary')) await folded.click();
    expect(await violations()).toEqual([]);
    await page.fill('#rate', 'x');
    await page.waitForSelector('#rate[aria-invalid="true"]');
    expect(await violations()).toEqual([]);
    await close();
  },
);

test('the keyboard reaches every control, in the order one reads', async () => {
  const { page, close } = await planner();
  const order: string[] = [];
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    order.push(
      await page.evaluate(
        () => document.activeElement?.id || document.activeElement?.getAttribute('aria-label') || '',
      ),
    );
  }
  expect(order[0]).toBe('skip');
  const places = ['model', 'preset', 'Requests, slider', 'rate', 'ttft-p95', 'survive', 'budget', 'Command'];
  const found = places.map((place) => order.indexOf(place));
  expect(found).toEqual([...found].sort((a, b) => a - b));
  expect(Math.min(...found)).toBeGreaterThan(0);
  await page.focus('#skip');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => [document.activeElement?.id, location.hash])).toEqual(['answer', '']);
  await close();
});

test('prints the answer with its charts, without the form', async () => {
  const { page, close } = await planner('', { colorScheme: 'dark' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await page.emulateMedia({ media: 'print' });
  expect(await page.isVisible('#form')).toBe(false);
  expect(await page.isVisible('.summary')).toBe(true);
  for (const chart of ['memory', 'first-token', 'cost', 'candidates'])
    expect(await page.$$eval(`[data-chart="${chart}"] svg path`, (paths) => paths.length)).toBeGreaterThan(3);
  expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(30_000);
  await close();
});

test('works the same when served on loopback', async () => {
  const { url, close: stop } = await servePage(html, 0);
  const { page, complaints, close } = await open(browser, url, { offline: false });
  await settled(page);
  expect(await page.textContent('.summary')).toContain('requests/s');
  expect(complaints).toEqual([]);
  await close();
  await stop();
});
