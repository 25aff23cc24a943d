import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Overlay, parseOverlay } from '../../src/aws/catalogue/overlay';
import { EMBEDDED_CATALOGUE, offeringsIn } from '../../src/hardware/offerings';
import { localEnvironment, setEnvironment } from './environment';
import { type Handler, type LocalAws, localAws } from './local-aws';

/** The folder of the running test. */
export let folder: string;
/** The account that it asks. */
export let server: LocalAws;
const home = process.cwd();

let close: () => Promise<void> = async () => undefined;

/** Another account to ask, instead of the one before; `environment` wins over what leads there. */
export async function serve(
  handlers: Readonly<Record<string, Handler>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  await close();
  const opened = await localAws(handlers);
  const restore = setEnvironment({ ...localEnvironment(opened.url, folder), ...environment });
  server = opened;
  close = async () => {
    restore();
    await opened.close();
    close = async () => undefined;
  };
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
  process.chdir(folder);
});
afterEach(async () => {
  await close();
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

export const overlayFile = (): string => join(folder, 'data', 'qwen-selfhost', 'catalogue.json');
export const overlay = (): Overlay => {
  const parsed = parseOverlay(readFileSync(overlayFile(), 'utf8'));
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
};
export const snapshot = (type: string, region = 'us-east-1') =>
  offeringsIn(EMBEDDED_CATALOGUE, region).find(({ instanceType }) => instanceType === type)!;
