const { setFlagsFromString } = require('node:v8');

/**
 * For programs that are over in a second, or load their code anew every second. V8's optimising compilers work on threads of
 * their own, which take the processor from such a program and are mostly not done in time. WebAssembly is not left to them
 * at all; JavaScript, where V8 has no quicker compiler between (Node 20), only once a function is eight times as hot as
 * usual. Long commands lose nothing by it: processor time with over without, Node 20, 2026-11-27: a plan with mixes over all
 * regions 0.56, eighteen services (11 s) 0.83, a million simulated requests 0.9 to 1.02.
 */
setFlagsFromString('--liftoff-only');
if (process.versions.v8.startsWith('11.')) setFlagsFromString(`--interrupt-budget=${8 * 66 * 1024}`);
