import { spawn } from 'node:child_process';

/** How each system opens an address in the user's browser. */
const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens an address in the user's browser, where there is one; nothing is said where there is none. */
export function openBrowser(url: string, platform: string = process.platform): void {
  const [program = '', ...words] = OPENERS[platform] ?? ['xdg-open'];
  const child = spawn(program, [...words, url], { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}
