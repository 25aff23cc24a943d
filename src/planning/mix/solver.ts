/** What of HiGHS is needed (npm package `highs`, its one-shot interface): passed in loaded, so that planning stays pure. */
export interface MixSolver {
  readonly solve: (
    program: string,
    options?: { readonly mip_rel_gap?: number; readonly mip_max_nodes?: number },
  ) => {
    readonly Status: string;
    readonly Columns: Readonly<Record<string, { readonly Primal?: number }>>;
  };
}
