import { escapeHtml } from '../../src/report/html/escape';

/** Escape sequences that the terminal report uses (picocolors), as the tags they open and close. */
const TAGS: Readonly<Record<string, string>> = {
  '1': '<b>',
  '2': '<i>',
  '33': '<u>',
  '39': '</u>',
};
const SEQUENCE = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`);

/** A terminal's output as a page that looks like one: `columns` wide, bold, dim and yellow as they are. */
export function terminalPage(output: string, columns: number): string {
  let open = '';
  const body = output
    .split(SEQUENCE)
    .map((part, i) => {
      if (i % 2 === 0) return escapeHtml(part);
      const tag = part === '22' ? open.replace('<', '</') : TAGS[part]!;
      if (!tag.startsWith('</')) open = tag;
      return tag;
    })
    .join('');
  return `<!doctype html><meta charset="utf-8"><style>
html { background: #14181d; }
pre { margin: 0; padding: 16px 20px; width: calc(${columns}ch + 40px); box-sizing: border-box; color: #d6dee6; font: 14px/1.35 "DejaVu Sans Mono", monospace; }
b { color: #fff; } i { font-style: normal; color: #93a0ad; } u { text-decoration: none; color: #e3c94e; }
</style><pre>${body}</pre>`;
}
