/**
 * Runs something that makes tokens of CDKTF. Each of some hundred formats the whole stack it was made on, for messages
 * that no user of a plan sees, and half of a synthesis went into that (65 ms, 32 ms without); `stackTraces` of its App
 * spares constructs only. Errors themselves keep their stacks: they do not come from this function.
 */
export function withoutTraces<T>(action: () => T): T {
  const { captureStackTrace } = Error;
  Error.captureStackTrace = () => undefined;
  try {
    return action();
  } finally {
    Error.captureStackTrace = captureStackTrace;
  }
}
