/** Tests run on Node alone: no network, no credentials. swc only strips types; tsc checks them in `npm test`. */
const { availableParallelism } = require('node:os');

// Whoever runs the tests may have refreshed prices of their own.
process.env.QWEN_SELFHOST_CATALOGUE = 'none';
// A suite makes hundreds of plans and drops them: room for them to die young (workers and programs of tests inherit it).
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --max-semi-space-size=64`.trim();
module.exports = {
  testEnvironment: 'node',
  // Every suite loads its code anew, so V8 is to treat it as a program that is soon over.
  setupFiles: ['<rootDir>/bin/short-runs.js'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.[tj]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/'],
  // These need Chromium: .ci/browser.sh runs them.
  testPathIgnorePatterns: process.env.BROWSER_TESTS
    ? ['/node_modules/']
    : ['/node_modules/', '<rootDir>/test/browser/'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/cdktf.out'],
  // Global lookups are slow inside jest's sandbox, and the models compute with little else (CDKTF cannot bear Number here).
  sandboxInjectedGlobals: ['Math'],
  // A whole browser waits for the processor wherever anything else runs.
  testTimeout: process.env.BROWSER_TESTS ? 180000 : 30000,
  // One more than there are cores: the suites of the benchmark client, of programs and of servers mostly wait.
  maxWorkers: availableParallelism() + 1,
};
