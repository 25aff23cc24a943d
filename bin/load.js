/**
 * Runs an entry file of `src/cli`: in an installed package from `dist`; in a clone from the sources, as one program that
 * is bundled anew when one of them has changed. A clone works straight after `npm ci`, with no build to forget.
 */
const { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

// CDKTF posts usage data when this is unset; this project never does.
process.env.CHECKPOINT_DISABLE = '1';

require('./short-runs');

const root = join(__dirname, '..');

module.exports = function load(entry) {
  const source = join(root, 'src', 'cli', `${entry}.ts`);
  if (!existsSync(source)) return require(join(root, 'dist', 'src', 'cli', `${entry}.js`));
  // Goes with the next `npm ci`.
  const file = join(root, 'node_modules', '.cache', 'qwen-selfhost', `${entry}.cjs`);
  return run(bundledBefore(file) ?? bundle(source, file), file);
};

/** Runs a program as a module. What V8 compiled of it is kept for the next run of the same command. */
function run(text, file) {
  const program = new Module(file, module);
  const [, , command = ''] = process.argv;
  const kept = `${file}.${/^[a-z-]+$/.test(command) ? command : ''}`;
  // V8 itself compares no more than the length of the source.
  const stamp = Buffer.from(text.slice(0, text.indexOf('\n')));
  const known = contentOf(kept);
  const script = new Script(Module.wrap(text), {
    filename: file,
    cachedData: known?.subarray(0, stamp.length).equals(stamp) ? known.subarray(stamp.length) : undefined,
  });
  if (script.cachedDataRejected !== false)
    process.once('exit', (code) => {
      if (code === 0) write(kept, Buffer.concat([stamp, script.createCachedData()]));
    });
  const wrapped = script.runInThisContext();
  wrapped.call(program.exports, program.exports, Module.createRequire(file), program, file, dirname(file));
  return program.exports;
}

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

/** Packages that every command loads: faster as part of the program, and only what is used of them. */
const BUNDLED = ['commander', 'fastest-levenshtein', 'picocolors', 'pure-rand', 'yaml', 'zod'];

/** esbuild comes with tsx. Other packages are left where they are, and what the browser gets is bundled when it is asked for. */
function bundle(source, file) {
  const { metafile, outputFiles } = require('esbuild').buildSync({
    absWorkingDir: root,
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // All packages can be required, and a script has no loader for `import()`.
    supported: { 'dynamic-import': false },
    external: packages().filter((name) => !BUNDLED.includes(name)),
    // Where the sources think they are.
    define: { __dirname: JSON.stringify(dirname(source)) },
    metafile: true,
    // For unexpected errors, which read it themselves; nothing looks at it before.
    sourcemap: 'external',
    sourcesContent: false,
    outfile: file,
    write: false,
  });
  const [map, program] = outputFiles;
  const own = ['bin/load.js', 'package-lock.json', 'tsconfig.json'].filter((name) =>
    existsSync(join(root, name)),
  );
  const sources = Object.keys(metafile.inputs).filter((name) => !name.startsWith('node_modules/'));
  const text = `${stampOf([...sources, ...own])}\n${program.text}`;
  write(`${file}.map`, map.text);
  write(file, text);
  return text;
}

const packages = () => {
  const { dependencies, devDependencies } = JSON.parse(contentOf(join(root, 'package.json')) ?? '{}');
  return Object.keys({ ...dependencies, ...devDependencies });
};

function contentOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

function write(file, content) {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, content);
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // A folder that cannot be written: made every time.
  }
}
