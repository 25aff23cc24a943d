import type { MixSolver } from '../planning/mix/solver';

/** What `solver.ts` puts into the worker. */
interface WithHighs {
  readonly loadHighs: (options: {
    readonly wasmBinary: ArrayBuffer;
    /** It asks for the address, which a program in a page has not, even where it has the bytes. */
    readonly locateFile: (name: string) => string;
  }) => Promise<MixSolver>;
}

/**
 * HiGHS, unpacked from the page where a mix of fleets may save something; most plans never ask for it.
 * @param packed its WebAssembly, gzip in base64
 */
export async function loadSolver(packed: Blob): Promise<MixSolver> {
  const bytes = Uint8Array.from(atob(await packed.text()), (character) => character.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const wasmBinary = await new Response(unpacked).arrayBuffer();
  return (self as unknown as WithHighs).loadHighs({ wasmBinary, locateFile: (name) => name });
}
