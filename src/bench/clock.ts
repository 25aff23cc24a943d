import { performance } from 'node:perf_hooks';

/** Seconds of a clock that never goes back; only differences mean anything. */
export const nowSeconds = (): number => performance.now() / 1000;
