/**
 * Jest runs tests in a realm of their own, where errors of Node's core are no instances of `Error`; the SDK then does
 * not see that a connection was refused or cut and does not retry, as it does in the program. This makes them so.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    if (this === Error) return Object.prototype.toString.call(value) === '[object Error]';
    return Function.prototype[Symbol.hasInstance].call(this as () => void, value);
  },
});
