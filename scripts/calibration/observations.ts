/** Reads throughput observations: what was run, and the figures that the source really measured. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { quote, UserError } from '../../src/errors';

/** A row of the observations file, the fields that the model needs. Times in milliseconds, lengths in tokens. */
export interface Observation {
  readonly id: string;
  readonly source: string;
  readonly model_key: string;
  readonly is_qwen35_arch: boolean;
  readonly precision: string;
  readonly engine: string;
  readonly engine_version?: string;
  readonly kv_cache_dtype?: string;
  readonly gpu_key: string;
  readonly gpu_count: number;
  readonly tp: number;
  readonly pp: number;
  readonly dp: number;
  readonly ep?: number | null;
  readonly spec_decode?: string | null;
  readonly prefix_caching?: boolean;
  readonly dataset?: string;
  readonly isl: number;
  readonly osl?: number | null;
  readonly concurrency?: number | null;
  readonly request_rate?: number | string | null;
  readonly num_prompts?: number | null;
  readonly output_tok_s?: number | null;
  readonly output_tok_s_derived?: boolean;
  readonly measured_on?: string;
  readonly ttft_ms?: Statistics;
  readonly tpot_ms?: Statistics;
  /** Whole requests. */
  readonly e2e_ms?: Statistics;
  readonly server_args?: string | null;
  readonly phase: string;
  readonly quality: string;
  readonly flags?: readonly string[];
}

type Statistics = Readonly<Record<string, number>>;

export interface ObservationFile {
  readonly observations: readonly Observation[];
  /** SHA-256 of the file. */
  readonly hash: string;
}

export const DEFAULT_OBSERVATIONS = 'test/data/throughput-observations.json';

/** @throws UserError when the file is not a JSON document with an `observations` list of rows with the needed fields */
export function readObservations(path: string): ObservationFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new UserError(
      `cannot read observations ${quote(path)}: no such file; give a file with --observations`,
    );
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new UserError(`observations ${quote(path)} is not JSON`);
  }
  const rows = (document as { observations?: unknown } | null)?.observations;
  if (!Array.isArray(rows)) throw new UserError(`observations ${quote(path)} has no list "observations"`);
  rows.forEach((row, i) => {
    checkRow(row as Record<string, unknown>, `${path}, row ${i + 1}`);
  });
  return { observations: rows as Observation[], hash: createHash('sha256').update(text).digest('hex') };
}

const TEXTS = ['id', 'model_key', 'precision', 'engine', 'gpu_key', 'phase'] as const;
const NUMBERS = ['tp', 'dp', 'isl'] as const;

function checkRow(row: Record<string, unknown>, where: string): void {
  for (const key of TEXTS) {
    if (typeof row?.[key] !== 'string') throw new UserError(`${where}: ${key} is missing or not text`);
  }
  for (const key of NUMBERS) {
    const value = row[key];
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      throw new UserError(`${where}: ${key} is ${JSON.stringify(value)}, wanted a number of at least 0`);
    }
  }
}

/** The statistic that stands for the mean, in order of preference; a 95th percentile alone does not. */
const CENTRAL = ['mean', 'central', 'mean_derived_from_e2e', 'mean_upper_bound', 'median', 'approx'] as const;

/** The central value of a latency, milliseconds, or null when only a tail was published. */
export function central(statistics: Statistics | undefined): number | null {
  for (const key of CENTRAL) {
    const value = statistics?.[key];
    if (value !== undefined && value > 0) return value;
  }
  return null;
}
