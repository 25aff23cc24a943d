import type { MixSolver } from '../planning/mix/solver';

/** What `solver.ts` puts into the worker: Emscripten's loader, which would fetch the WebAssembly by itself. */
interface WithHighs {
  readonly loadHighs: (options: {
    readonly instantiateWasm: (
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ) => object;
  }) => Promise<MixSolver>;
}

/**
 * HiGHS, unpacked from the page where a mix of fleets may save something; most plans never ask for it.
 * @param packed its WebAssembly, gzip in base64
 */
export async function loadSolver(packed: Blob): Promise<MixSolver> {
  const bytes = Uint8Array.from(atob(await packed.text()), (character) => character.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const module = await WebAssembly.compile(await new Response(unpacked).arrayBuffer());
  return (self as unknown as WithHighs).loadHighs({
    instantiateWasm: (imports, done) => {
      void WebAssembly.instantiate(module, imports).then((instance) => done(instance, module));
      return {};
    },
  });
}
