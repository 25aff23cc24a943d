/** A plain table: columns padded to their widest cell, numbers to the right, the last column cut to fit. */
export interface TableOptions {
  readonly rightAligned?: readonly number[];
  readonly columns?: number;
  readonly indent?: string;
}

const GAP = '  ';

/** Lines of a table with a header, ending in a newline. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const { rightAligned = [], columns = 120, indent = '' } = options;
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, i) =>
      rightAligned.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
    );
    const text = (indent + padded.join(GAP)).trimEnd();
    return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
  };
  return `${[header, ...rows].map(line).join('\n')}\n`;
}

/** Text broken at spaces to fit a width; continuation lines are indented. */
export function wrap(text: string, columns: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const width = columns - (lines.length > 0 ? indent.length : 0);
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((text, i) => (i === 0 ? text : indent + text)).join('\n');
}
