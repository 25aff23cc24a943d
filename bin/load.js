/**
 * Runs an entry file of `src/cli`: from TypeScript in a clone, from `dist` in an installed package.
 * A clone works straight after `npm ci`, with no build to forget.
 */
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// CDKTF posts usage data when this is unset; this project never does.
process.env.CHECKPOINT_DISABLE = '1';

module.exports = function load(entry) {
  const root = join(__dirname, '..');
  const source = join(root, 'src', 'cli', `${entry}.ts`);
  if (existsSync(source)) {
    require('tsx/cjs');
    return require(source);
  }
  return require(join(root, 'dist', 'src', 'cli', `${entry}.js`));
};
