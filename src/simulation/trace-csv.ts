import { CsvError, parse } from 'csv-parse/sync';
import { quote, UserError } from '../errors';
import { LIMITS } from '../workload/workload';
import { secondsOf, type TraceLine, tokens } from './trace-line';
import { type Field, fieldsAmong, namesOf } from './trace-names';

/** A CSV (RFC 4180) whose first line names its columns. A request's line is the one on which its record ends. */
export function csvRequests(text: string, file: string): readonly TraceLine[] {
  const requests: TraceLine[] = [];
  let columns = 0;
  let read: ReturnType<typeof reader>;
  try {
    parse(text, {
      trim: true,
      on_record: (cells: string[], { lines }) => {
        if (columns > 0) requests.push(read(cells, lines));
        else read = reader(cells, file);
        columns = cells.length;
        return null;
      },
    });
  } catch (error) {
    throw error instanceof CsvError ? refused(error, columns, text, file) : error;
  }
  return requests;
}

function reader(
  header: readonly string[],
  file: string,
): (cells: readonly string[], line: number) => TraceLine {
  const names = fieldsAmong(header, `${file} line 1`);
  const columnOf = (field: Field): number => {
    const name = names[field];
    if (name !== undefined) return header.indexOf(name);
    throw new UserError(
      `${file} line 1: ${quote(header.join(','))} is neither JSON nor a CSV header with a ${field} column; it may be called ${namesOf(field)}`,
    );
  };
  const time = columnOf('timestamp');
  const input = columnOf('input_tokens');
  const output = columnOf('output_tokens');
  const prefix = names.prefix_hash === undefined ? null : columnOf('prefix_hash');
  return (cells, line) => {
    const where = `${file} line ${line}`;
    return {
      line,
      seconds: secondsOf(cells[time]!, header[time]!, where),
      inputTokens: tokensOf(header[input]!, cells[input]!, where),
      outputTokens: tokensOf(header[output]!, cells[output]!, where),
      prefix: prefix === null ? null : cells[prefix] || null,
    };
  };
}

function tokensOf(column: string, cell: string, where: string): number {
  const parsed = tokens.safeParse(cell === '' ? undefined : Number(cell));
  if (parsed.success) return parsed.data;
  throw new UserError(`${where}: ${column} ${quote(cell)} is not a whole number from 1 to ${LIMITS.tokens}`);
}

/** What the parser found, in our words. */
function refused(error: CsvError, columns: number, text: string, file: string): UserError {
  const { code, lines, records, bytes_records, record } = error;
  // A cell that is never closed ends with the file: the line on which its record begins is the one to look at.
  const bytes = new TextEncoder().encode(text).subarray(0, Number(bytes_records));
  const before = new TextDecoder().decode(bytes).split('\n').length;
  const line = code !== 'CSV_QUOTE_NOT_CLOSED' ? Number(lines) : records === 0 ? 1 : before + 1;
  const where = `${file} line ${line}: ${quote(text.split('\n')[line - 1])}`;
  return new UserError(
    code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH'
      ? `${where} has ${(record as string[]).length} columns, not ${columns}`
      : `${where}: a quote is not closed or stands within a cell; quote the whole cell, and double quotes in it`,
  );
}
