/** A plain table: columns padded to their widest cell, numbers to the right. */
export interface TableOptions {
  readonly rightAligned?: readonly number[];
  readonly columns?: number;
  readonly indent?: string;
  /** Column whose cells are broken over several lines where the table is too wide; without one, lines are cut. */
  readonly flexible?: number;
}

const GAP = '  ';
const NARROWEST_FLEXIBLE = 12;

/** Lines of a table with a header, ending in a newline. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const { rightAligned = [], columns = 120, indent = '', flexible } = options;
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  if (flexible !== undefined) {
    const others = widths.reduce((sum, width, i) => (i === flexible ? sum : sum + width + GAP.length), 0);
    const room = columns - indent.length - others;
    if (room < Math.min(NARROWEST_FLEXIBLE, widths[flexible]!)) return stacked(header, rows, columns, indent);
    widths[flexible] = Math.min(widths[flexible]!, room);
  }
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, i) =>
      rightAligned.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
    );
    const text = (indent + padded.join(GAP)).trimEnd();
    return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
  };
  const broken = (cells: readonly string[]): string[] => {
    if (flexible === undefined) return [line(cells)];
    const parts = wrap(cells[flexible] ?? '', widths[flexible]!).split('\n');
    return parts.map((part, nth) =>
      line(cells.map((cell, i) => (i === flexible ? part : nth === 0 ? cell : ''))),
    );
  };
  return `${[header, ...rows].flatMap(broken).join('\n')}\n`;
}

/** A table for a terminal too narrow for it: one line a cell, named by its column. */
const stacked = (
  [, ...titles]: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
  indent: string,
): string =>
  rows
    .flatMap(([first = '', ...cells]) => [
      indent + wrap(first, columns - indent.length, `${indent}  `),
      ...cells.map(
        (cell, i) =>
          `${indent}  ${wrap(`${titles[i]}: ${cell}`, columns - indent.length - 2, `${indent}    `)}`,
      ),
    ])
    .join('\n')
    .concat('\n');

/** Text broken at spaces to fit a width, and inside words that alone are wider; continuation lines are indented. */
export function wrap(text: string, columns: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  const width = (): number => Math.max(1, columns - (lines.length > 0 ? indent.length : 0));
  for (let word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width()) {
      lines.push(line);
      line = '';
    }
    for (; line === '' && word.length > width(); word = word.slice(lines.at(-1)!.length)) {
      lines.push(word.slice(0, width()));
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((text, i) => (i === 0 ? text : indent + text)).join('\n');
}
