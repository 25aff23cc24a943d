import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A clone of one entry and what it imports, with the real `bin/load.js`. */
function smallClone(): string {
  const clone = mkdtempSync(join(tmpdir(), 'clone-'));
  mkdirSync(join(clone, 'src', 'cli'), { recursive: true });
  mkdirSync(join(clone, 'bin'));
  mkdirSync(join(clone, 'node_modules'));
  for (const name of ['load.js', 'short-runs.js'])
    cpSync(join(process.cwd(), 'bin', name), join(clone, 'bin', name));
  writeFileSync(join(clone, 'bin', 'run.js'), "require('./load')('hello');\n");
  const esbuild = dirname(require.resolve('esbuild/package.json'));
  symlinkSync(esbuild, join(clone, 'node_modules', 'esbuild'));
  const entry =
    "import word from './word.json';\nconst place: string = __dirname;\nconsole.log(word.text, place);\n";
  writeFileSync(join(clone, 'src', 'cli', 'hello.ts'), entry);
  return clone;
}

test('a clone runs its sources as they are now, and bundles them once', () => {
  const clone = smallClone();
  const say = (text: string): void =>
    writeFileSync(join(clone, 'src', 'cli', 'word.json'), JSON.stringify({ text }));
  const run = (): string =>
    execFileSync(process.execPath, [join(clone, 'bin', 'run.js')], { encoding: 'utf8' });
  const program = join(clone, 'node_modules', '.cache', 'qwen-selfhost', 'hello.cjs');
  try {
    say('one');
    expect(run()).toBe(`one ${join(clone, 'src', 'cli')}\n`);
    const made = statSync(program).mtimeMs;
    expect(run()).toContain('one');
    expect(statSync(program).mtimeMs).toBe(made);
    say('two');
    expect(run()).toContain('two');
    // What is left of a bundle that was cut off is not run.
    writeFileSync(program, readFileSync(program, 'utf8').slice(0, 20));
    expect(run()).toContain('two');
    // What V8 compiled is kept too; a file that it cannot read is made anew, and does no harm.
    const compiled = `${program}.`;
    const whole = readFileSync(compiled);
    const stamp = readFileSync(program).indexOf('\n');
    writeFileSync(compiled, Buffer.concat([whole.subarray(0, stamp), Buffer.from('not a cache')]));
    expect(run()).toContain('two');
    expect(readFileSync(compiled).length).toBeGreaterThan(whole.length / 2);
    writeFileSync(compiled, '');
    expect(run()).toContain('two');
  } finally {
    rmSync(clone, { recursive: true });
  }
});

test('an error that nobody expected is told with its place in the sources', () => {
  const clone = smallClone();
  try {
    const sources = join(clone, 'src', 'cli');
    cpSync(join(process.cwd(), 'src', 'cli', 'source-places.ts'), join(sources, 'source-places.ts'));
    writeFileSync(
      join(sources, 'fault.ts'),
      'export const fault = (): never => {\n  throw new Error();\n};\n',
    );
    writeFileSync(
      join(sources, 'hello.ts'),
      "import { fault } from './fault';\nimport { inSources } from './source-places';\n\ntry {\n  fault();\n} catch (error) {\n  console.log(inSources((error as Error).stack!));\n}\n",
    );
    const run = (): string =>
      execFileSync(process.execPath, [join(clone, 'bin', 'run.js')], { encoding: 'utf8', cwd: clone });
    for (const out of [run(), run()]) {
      expect(out).toMatch(/at fault \(src\/cli\/fault\.ts:2:\d+\)/);
      expect(out).toMatch(/src\/cli\/hello\.ts:5:\d+/);
    }
    // Without the map the places are those of the program, and nothing else is said.
    rmSync(join(clone, 'node_modules', '.cache', 'qwen-selfhost', 'hello.cjs.map'));
    expect(run()).toMatch(/at fault \(.*hello\.cjs:\d+:\d+\)/);
  } finally {
    rmSync(clone, { recursive: true });
  }
});
