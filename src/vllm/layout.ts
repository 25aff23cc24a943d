/** How one engine replica is spread over GPUs. */
export interface Layout {
  readonly tensorParallel: number;
  readonly pipelineParallel: number;
  /** Data-parallel ranks inside one engine (`--data-parallel-size`); independent replicas are not a layout. */
  readonly dataParallel: number;
  readonly expertParallel: boolean;
}

export const gpusPerReplica = (layout: Layout): number =>
  layout.tensorParallel * layout.pipelineParallel * layout.dataParallel;

export const tensorParallelOnly = (tensorParallel: number): Layout => ({
  tensorParallel,
  pipelineParallel: 1,
  dataParallel: 1,
  expertParallel: false,
});
