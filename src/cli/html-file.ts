import { createHash } from 'node:crypto';
import type { HtmlAssets } from '../report/html/document';
import { readBundle } from './bundle';

const hashOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;

/** Script and style of the HTML report, with the hashes that its Content-Security-Policy names. */
export function htmlAssets(): HtmlAssets {
  const script = readBundle('report.js');
  const style = readBundle('report.css');
  return { script, style, scriptHash: hashOf(script), styleHash: hashOf(style) };
}
