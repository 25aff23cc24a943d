/** As much of a synthesised `cdk.tf.json` as the runs under Terraform read or change. */
export interface Stack {
  terraform: { required_providers: { aws: { version: string; source: string } }; backend?: unknown };
  provider: { aws: Record<string, unknown>[] };
  output?: Record<string, Record<string, unknown>>;
  variable?: Record<string, Record<string, unknown>>;
  data: Record<string, Record<string, Record<string, unknown>>>;
  resource: Record<string, Record<string, Record<string, unknown>>>;
  [section: string]: unknown;
}

/** A kind of resource, and why it is on a list of `emulator.json`. */
interface Entry {
  readonly resource: string;
  readonly reason: string;
}

/** An attribute that the emulator answers otherwise than it was told, so that a second plan sets it again. */
export interface Forgotten extends Entry {
  readonly attribute: string;
  /** What it answers instead, whatever it was told. */
  readonly answers?: unknown;
  /** It answers a list that holds more than it was told. */
  readonly answersMore?: boolean;
}

/** What the emulator is known to lack, and what only a newer provider knows (`emulator.json`). */
export interface Emulator {
  readonly emulator: string;
  readonly provider: string;
  /** Validated only. */
  readonly notApplied: readonly Entry[];
  /** Named after the plan too while they are in the emulator. */
  readonly accountWideNames: readonly Entry[];
  readonly forgotten: readonly Forgotten[];
  /** Not known before an attribute of `forgotten` is set again. */
  readonly following: readonly (Entry & { readonly attribute: string })[];
  readonly newerThanProvider5: readonly (Entry & { readonly action?: string; readonly attribute?: string })[];
}
