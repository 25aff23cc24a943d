/**
 * Runs an entry file of `src/cli`: in an installed package from `dist`; in a clone from the sources, as one program that
 * is bundled anew when one of them has changed. A clone works straight after `npm ci`, with no build to forget.
 */
const { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join } = require('node:path');

// CDKTF posts usage data when this is unset; this project never does.
process.env.CHECKPOINT_DISABLE = '1';

const root = join(__dirname, '..');

module.exports = function load(entry) {
  const source = join(root, 'src', 'cli', `${entry}.ts`);
  if (!existsSync(source)) return require(join(root, 'dist', 'src', 'cli', `${entry}.js`));
  // Goes with the next `npm ci`.
  const file = join(root, 'node_modules', '.cache', 'qwen-selfhost', `${entry}.cjs`);
  const program = new Module(file, module);
  program.filename = file;
  program.paths = Module._nodeModulePaths(dirname(file));
  program._compile(bundledBefore(file) ?? bundle(source, file), file);
  return program.exports;
};

/** The program, if nothing that it was made from has changed since; its first line says what that was. */
function bundledBefore(file) {
  try {
    const text = readFileSync(file, 'utf8');
    const stamp = text.slice(0, text.indexOf('\n'));
    return stamp === stampOf(Object.keys(JSON.parse(stamp.slice(3)).changed)) ? text : null;
  } catch {
    // None yet, or one of the files is gone.
    return null;
  }
}

function stampOf(files) {
  const changed = Object.fromEntries(files.map((name) => [name, statSync(join(root, name)).mtimeMs]));
  return `// ${JSON.stringify({ root, node: process.version, changed })}`;
}

/** esbuild comes with tsx. Packages are left where they are, and what the browser gets is bundled when it is asked for. */
function bundle(source, file) {
  const { metafile, outputFiles } = require('esbuild').buildSync({
    absWorkingDir: root,
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    packages: 'external',
    // Where the sources think they are.
    define: { __dirname: JSON.stringify(dirname(source)) },
    metafile: true,
    write: false,
  });
  const own = ['bin/load.js', 'package-lock.json', 'tsconfig.json'].filter((name) =>
    existsSync(join(root, name)),
  );
  const text = `${stampOf([...Object.keys(metafile.inputs), ...own])}\n${outputFiles[0].text}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // A folder that cannot be written: bundled every time.
  }
  return text;
}
