/** A table of a report; cells are text, every figure with its unit. */
export interface DataTable {
  readonly caption: string;
  readonly columns: readonly { readonly title: string; readonly align?: 'right' }[];
  readonly rows: readonly (readonly string[])[];
  /** The column that gives way on a narrow terminal; the last one unless said otherwise. */
  readonly flexible?: number;
}

/** A label and what it says. */
export type Fact = readonly [label: string, value: string];

/**
 * One part of a report in words: the same for the terminal, Markdown, the HTML file and the page, which differ only in
 * how they set it.
 */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** What the section says, in a sentence. */
  readonly lead?: string;
  readonly facts?: readonly Fact[];
  readonly items?: readonly string[];
  readonly table?: DataTable;
  /** Ids of charts that belong here. */
  readonly charts?: readonly string[];
  /** `warning`: the items are risks. */
  readonly tone?: 'warning';
  /** Folded away where that is possible: detail that few readers want. */
  readonly folded?: boolean;
}
