/** A table of a report; cells are text, every figure with its unit. */
export interface DataTable {
  readonly caption: string;
  readonly columns: readonly { readonly title: string; readonly align?: 'right' }[];
  readonly rows: readonly (readonly string[])[];
}
