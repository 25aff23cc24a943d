import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** The import rules of the design: the floors of the house, who may touch CDKTF, and the pure planner core. */
const ROOT = join(__dirname, '..');

/** A room may import from its own floor and those below; upwards never. */
const FLOOR: Readonly<Record<string, number>> = {
  models: 0,
  hardware: 0,
  workload: 0,
  aws: 4,
  vllm: 1,
  requirements: 2,
  performance: 3,
  plan: 3,
  report: 4,
  simulation: 4,
  bench: 5,
  planning: 5,
  page: 6,
  cli: 9,
};
const SIDEWAYS_ON_THE_GROUND = new Set(['hardware', 'models', 'workload']);
const IMPURE_ROOMS = new Set(['aws', 'bench', 'cli']);
/** What runs in a browser: it has a clock and a document, and nothing of Node. */
const BROWSER_ROOMS = new Set(['page']);
const COMMON_GROUND = 'errors.ts';

interface Import {
  readonly from: string;
  readonly target: string;
}

const filesUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = join(folder, name);
    return statSync(join(ROOT, path)).isDirectory() ? filesUnder(path) : path.endsWith('.ts') ? [path] : [];
  });

const SPECIFIER = /(?:from\s+|import\(|require\(|^import\s+)['"]([^'"]+)['"]/gm;

function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(SPECIFIER)].map(([, target = '']) => ({ from: file, target }));
}

const sources = [...filesUnder('src'), ...filesUnder('stacks')];
const imports = sources.flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), 'utf8')));

const roomOf = (path: string): string | null => /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
const resolved = ({ from, target }: Import): string => normalize(join(dirname(from), target));

function floorProblem(edge: Import): string | null {
  const from = roomOf(edge.from);
  if (from === null || !edge.target.startsWith('.')) return null;
  const target = resolved(edge);
  if (`${target}.ts` === `src/${COMMON_GROUND}`) return null;
  const to = roomOf(`${target}/`) ?? roomOf(target);
  if (to === null)
    return from === 'cli' && target.startsWith('stacks/') ? null : `${edge.from} imports ${target}`;
  if (from === to) return null;
  const up = FLOOR[to]! > FLOOR[from]!;
  const beside = FLOOR[to] === FLOOR[from] && !SIDEWAYS_ON_THE_GROUND.has(from);
  return up || beside ? `${edge.from} (${from}) imports ${target} (${to})` : null;
}

/** The first way round that leads from a file back to itself; imports of types count, for they tie files as well. */
function circleAmong(edges: readonly Import[]): string[] | null {
  const files = new Set(edges.map(({ from }) => from));
  const closed = new Set<string>();
  const follow = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (closed.has(file)) return null;
    for (const edge of edges.filter(({ from }) => from === file)) {
      const target = [`${resolved(edge)}.ts`, join(resolved(edge), 'index.ts')].find((to) => files.has(to));
      const circle = edge.target.startsWith('.') && target ? follow(target, [...path, file]) : null;
      if (circle !== null) return circle;
    }
    closed.add(file);
    return null;
  };
  for (const file of files) {
    const circle = follow(file, []);
    if (circle !== null) return circle;
  }
  return null;
}

const isCdktf = (target: string): boolean => /^(cdktf|constructs)($|\/)|^@cdktf\//.test(target);

describe('the house keeps its own rules', () => {
  test('every room is on the map', () => {
    const rooms = new Set(sources.map(roomOf).filter((room) => room !== null));
    expect([...rooms].filter((room) => FLOOR[room] === undefined)).toEqual([]);
  });

  test('an import never points upwards', () => {
    expect(imports.map(floorProblem).filter((problem) => problem !== null)).toEqual([]);
  });

  test('no file imports itself by a way round, not even types', () => {
    expect(circleAmong(imports)).toBeNull();
  });

  test('the planner core imports nothing from Node, CDKTF or the AWS SDK', () => {
    const impure = imports.filter(({ from, target }) => {
      const room = roomOf(from);
      return (
        room !== null &&
        !IMPURE_ROOMS.has(room) &&
        (target.startsWith('node:') || isCdktf(target) || target.startsWith('@aws-sdk/'))
      );
    });
    expect(impure).toEqual([]);
  });

  test('the planner core reads no clock, environment or random source', () => {
    const found = sources.filter((file) => {
      const room = roomOf(file);
      return (
        room !== null &&
        !IMPURE_ROOMS.has(room) &&
        !BROWSER_ROOMS.has(room) &&
        /\b(process\.(?:env|argv|cwd|std)|Date\.now|new Date\(\)|Math\.random)/.test(
          readFileSync(join(ROOT, file), 'utf8'),
        )
      );
    });
    expect(found).toEqual([]);
  });

  test('only stacks/cdk.ts and stacks/aws.ts import CDKTF, and the provider never as a whole', () => {
    const doors = new Set([join('stacks', 'cdk.ts'), join('stacks', 'aws.ts')]);
    expect(imports.filter(({ from, target }) => isCdktf(target) && !doors.has(from))).toEqual([]);
    expect(imports.filter(({ target }) => target === '@cdktf/provider-aws')).toEqual([]);
  });

  test('stacks read a Plan and decide nothing: they import only plan, requirements and errors of the core', () => {
    const allowed = ['src/plan/', 'src/requirements/', 'src/errors', 'src/vllm/layout', 'src/vllm/adapter'];
    const others = imports.filter((edge) => {
      if (!edge.from.startsWith('stacks/') || !edge.target.startsWith('.')) return false;
      const target = resolved(edge);
      return target.startsWith('src/') && !allowed.some((prefix) => target.startsWith(prefix));
    });
    expect(others).toEqual([]);
  });

  test('a file is read in one sitting', () => {
    const long = sources.filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 261);
    expect(long.map((file) => relative(ROOT, join(ROOT, file)))).toEqual([]);
  });

  test('the rules see a violation', () => {
    expect(
      importsOf('src/models/a.ts', "import { x } from '../planning/plan';\nimport 'cdktf';").map(
        floorProblem,
      )[0],
    ).toContain('planning');
    const round = [
      { from: 'src/a/x.ts', target: '../b' },
      { from: 'src/b/index.ts', target: './y' },
      { from: 'src/b/y.ts', target: '../a/x' },
    ];
    expect(circleAmong(round)).toEqual(['src/a/x.ts', 'src/b/index.ts', 'src/b/y.ts', 'src/a/x.ts']);
    expect(circleAmong(round.slice(0, 2))).toBeNull();
    expect(isCdktf('constructs')).toBe(true);
    expect(isCdktf('@cdktf/provider-aws/lib/vpc')).toBe(true);
  });
});
