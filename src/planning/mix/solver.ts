/** What of HiGHS is needed (npm package `highs`, its one-shot interface): passed in loaded, so that planning stays pure. */
export interface MixSolver {
  readonly solve: (
    program: string,
    options?: { readonly mip_rel_gap?: number; readonly mip_max_nodes?: number },
  ) => {
    readonly Status: string;
    readonly Columns: Readonly<Record<string, object>>;
  };
}

/** The value of a variable; 0 where the solver left it out. */
export function primal(columns: Readonly<Record<string, object>>, name: string): number {
  const column: { readonly Primal?: number } = columns[name] ?? {};
  return column.Primal ?? 0;
}
