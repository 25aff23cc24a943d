/** One record of a CSV text (RFC 4180): its cells, and the line on which it begins. */
export interface CsvRecord {
  readonly line: number;
  readonly text: string;
  /** Null where quotes stand elsewhere than around a cell, or one is not closed. */
  readonly cells: readonly string[] | null;
}

/** The records of a text given by its lines. A quoted cell may go on over several lines. */
export function* csvRecords(lines: readonly string[]): Generator<CsvRecord> {
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    let text = lines[i]!;
    if (text.includes('"')) {
      let quotes = quotesIn(text);
      for (; quotes % 2 === 1 && i + 1 < lines.length; quotes += quotesIn(lines[i]!))
        text += `\n${lines[++i]}`;
    }
    yield { line, text, cells: cellsOf(text) };
  }
}

const quotesIn = (text: string): number => text.match(/"/g)?.length ?? 0;

const OPENING = /\s*"/y;
const ENDING = /\s*(,|$)/y;

/** Blanks around a cell, but not those within its quotes, are left out. */
function cellsOf(text: string): string[] | null {
  if (!text.includes('"')) return text.split(',').map((cell) => cell.trim());
  const cells: string[] = [];
  for (let at = 0; ; ) {
    OPENING.lastIndex = at;
    if (OPENING.test(text)) {
      const close = closingQuote(text, OPENING.lastIndex);
      cells.push(text.slice(OPENING.lastIndex, close).replaceAll('""', '"'));
      ENDING.lastIndex = close + 1;
      const end = close < 0 ? null : ENDING.exec(text);
      if (end === null) return null;
      if (end[1] === '') return cells;
      at = ENDING.lastIndex;
    } else {
      const comma = text.indexOf(',', at);
      const cell = text.slice(at, comma < 0 ? undefined : comma);
      if (cell.includes('"')) return null;
      cells.push(cell.trim());
      if (comma < 0) return cells;
      at = comma + 1;
    }
  }
}

/** Two quotes stand for one within a cell. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}
