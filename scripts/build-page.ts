/** `npm run build:page`: writes dist/page/index.html, and refuses a page whose script has grown too large. */
import { join } from 'node:path';
import { writeText } from '../src/cli/files';
import { packageRoot } from '../src/cli/package-root';
import { buildPage } from '../src/cli/page/build';
import { PAGE_PATH } from '../src/cli/page/page';

const MOST_SCRIPT_BYTES = 1_500_000;

async function main(): Promise<void> {
  const { html, scriptBytes } = await buildPage();
  writeText(join(packageRoot(), PAGE_PATH), html);
  process.stdout.write(`Wrote ${PAGE_PATH}: ${html.length} bytes, ${scriptBytes} of them script\n`);
  if (scriptBytes > MOST_SCRIPT_BYTES)
    throw new Error(`the page's script is larger than ${MOST_SCRIPT_BYTES} bytes`);
}

void main();
