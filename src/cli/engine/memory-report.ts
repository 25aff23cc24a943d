import { createColors } from 'picocolors';
import { number, plural } from '../../report/format';
import { wrap } from '../../report/table';
import { type MemoryBudget, memoryBudget } from '../../vllm/budget';
import { knownProblems } from '../../vllm/known-problems';
import { gpusPerReplica } from '../../vllm/layout';
import { blocksPerSequence, sequencesThatFit } from '../../vllm/pool';
import { splitProblem } from '../../vllm/validity';
import type { VllmSetup } from './vllm-flags';

export interface MemoryReportOptions {
  readonly columns: number;
  readonly colour: boolean;
}

const NARROWEST = 60;
const WIDEST = 80;
const LENGTHS = [4096, 32_768, 262_144];
const MOST_TENSOR_PARALLEL = 16;

const gib = (value: number): string => (Number.isNaN(value) ? 'unknown' : `${value.toFixed(2)} GiB`);
const tokens = (value: number): string => value.toLocaleString('en-US');

/** Where each GiB of a GPU goes, for the person at the terminal; at most 80 columns. */
export function memoryReport(setup: VllmSetup, budget: MemoryBudget, options: MemoryReportOptions): string {
  const columns = Math.min(Math.max(options.columns, NARROWEST), WIDEST);
  const colours = createColors(options.colour);
  const { input, model, checkpoint, gpu, release } = setup;
  const bullet = (text: string): string => `  - ${wrap(text, columns - 4, '    ')}\n`;
  const heading = (text: string): string => `\n${colours.bold(text)}\n`;
  const ceiling = input.usableGiB * input.gpuMemoryUtilization;
  const problems = problemsOf(setup);
  return [
    `${colours.bold(wrap(`${model.name} ${checkpoint.key} on ${plural(gpusPerReplica(input.layout), gpu.id)}, ${layoutText(setup)}, vLLM ${release.version}`, columns))}\n`,
    `${wrap(`Each GPU has ${gib(input.usableGiB)} (${setup.usableEvidence}); vLLM may take ${(input.gpuMemoryUtilization * 100).toFixed(0)}%, ${gib(ceiling)}.`, columns)}\n`,
    heading(budget.fits ? colours.green('It fits.') : colours.red('It does not fit.')),
    ...budget.reasons.map(bullet),
    `\n${bar(budget, input.usableGiB, columns, colours)}`,
    heading('Sequences at once'),
    ...LENGTHS.map((length) => sequenceLine(budget, length, input.maxModelLen)),
    `  ${wrap(poolText(budget), columns - 2, '  ')}\n`,
    heading('What limits'),
    bullet(limitText(setup, budget)),
    heading('What would change it'),
    ...changes(setup, budget).map(bullet),
    ...(problems.length > 0
      ? [heading('Known problems'), ...problems.map((text) => bullet(colours.yellow(text)))]
      : []),
  ].join('');
}

function layoutText({ input }: VllmSetup): string {
  const { tensorParallel: tp, pipelineParallel: pp, dataParallel: dp, expertParallel } = input.layout;
  return `TP ${tp}${pp > 1 ? `, PP ${pp}` : ''}${dp > 1 ? `, DP ${dp}` : ''}${expertParallel ? ', EP' : ''}`;
}

type Colours = ReturnType<typeof createColors>;
type Paint = (text: string) => string;
type Part = readonly [glyph: string, name: string, gib: number, paint: Paint];

/** One row of blocks in proportion, and a line for each part. */
function bar(budget: MemoryBudget, usableGiB: number, columns: number, c: Colours): string {
  const adaptersPart: Part[] =
    budget.adaptersGiB > 0 ? [['▚', 'LoRA adapters', budget.adaptersGiB, c.red]] : [];
  const parts: Part[] = [
    ['█', 'weights', budget.weightsGiB, c.blue],
    ...adaptersPart,
    ['▓', 'KV cache and GDN states', budget.kvCacheGiB, c.green],
    ['▒', 'peak activation', budget.peakActivationGiB, c.magenta],
    ['░', 'CUDA graphs', budget.cudaGraphGiB, c.cyan],
    ['+', 'other (CUDA growth, NCCL)', budget.otherGiB, c.yellow],
    ['.', 'margin above the ceiling', budget.marginGiB, c.dim],
  ];
  const width = columns - 4;
  const shown = parts.map(([glyph, , value, paint]) => {
    const share = Number.isFinite(value) ? Math.max(0, value) / usableGiB : 0;
    return { glyph, paint, cells: share > 0 ? Math.max(1, Math.floor(share * width)) : 0 };
  });
  let room = width;
  const row = shown.map(({ glyph, paint, cells }) => {
    const fitting = Math.min(cells, room);
    room -= fitting;
    return paint(glyph.repeat(fitting));
  });
  const legend = parts.map(
    ([glyph, name, value, paint]) => `  ${paint(glyph)} ${name.padEnd(26)}${gib(value).padStart(12)}\n`,
  );
  return `  ${row.join('')}\n${legend.join('')}`;
}

function sequenceLine(budget: MemoryBudget, length: number, maxModelLen: number): string {
  const count = sequencesThatFit(budget.pool, budget.poolBlocks, length);
  const needed = (blocksPerSequence(budget.pool, length) * budget.pool.poolBlockBytes) / 2 ** 30;
  const beyond = length > maxModelLen ? ' (beyond --max-model-len)' : '';
  return `  ${tokens(length).padStart(9)} tokens ${tokens(count).padStart(7)}   ${gib(needed)} each${beyond}\n`;
}

function poolText({ pool, poolBlocks: blocks }: MemoryBudget): string {
  return `The pool has ${tokens(blocks)} blocks of ${tokens(pool.blockTokens)} tokens (${(pool.poolBlockBytes / 2 ** 20).toFixed(1)} MiB each); a sequence holds ${pool.fixedBlocksPerSequence} of them for its GDN states, however short it is.`;
}

function limitText({ input }: VllmSetup, budget: MemoryBudget): string {
  if (budget.poolBlocks === 0)
    return `Weights (${gib(budget.weightsGiB + budget.adaptersGiB)}) and work space leave no room for a cache.`;
  const { pool, poolBlocks: blocks } = budget;
  const longest =
    (Math.floor((blocks - 1) / input.maxNumSeqs) - pool.fixedBlocksPerSequence) * pool.blockTokens;
  if (longest <= 0)
    return `The pool: it runs out before --max-num-seqs ${input.maxNumSeqs}, even for the shortest sequences.`;
  if (longest >= input.maxModelLen)
    return `--max-num-seqs ${input.maxNumSeqs}: the pool holds that many sequences of any length.`;
  return `--max-num-seqs ${input.maxNumSeqs} up to ${tokens(longest)} tokens a sequence; beyond that the pool.`;
}

/** What one more GPU and FP8 KV cache would do. */
function changes(setup: VllmSetup, now: MemoryBudget): string[] {
  const { input } = setup;
  const texts: string[] = [];
  const wider = nextTensorParallel(setup);
  if (wider !== null && typeof input.fixedKvCacheGiB !== 'number') {
    const after = memoryBudget({ ...input, layout: { ...input.layout, tensorParallel: wider } });
    const more = wider - input.layout.tensorParallel;
    if (after !== null)
      texts.push(
        `${more === 1 ? 'One more GPU' : `${more} more GPUs`} (TP ${wider}): ${comparison(now, after)}`,
      );
  }
  if (input.kvCacheDtype !== 'fp8') {
    const after = memoryBudget({ ...input, kvCacheDtype: 'fp8' });
    if (after !== null) texts.push(`FP8 KV cache: ${comparison(now, after)}`);
  }
  return texts.length > 0
    ? texts
    : ['Nothing of the usual: the KV cache is FP8, and no wider split is valid.'];
}

function nextTensorParallel({ input, model, checkpoint }: VllmSetup): number | null {
  for (let tp = input.layout.tensorParallel + 1; tp <= MOST_TENSOR_PARALLEL; tp++) {
    if (splitProblem(model.architecture, checkpoint.key, { ...input.layout, tensorParallel: tp }) === null)
      return tp;
  }
  return null;
}

function comparison(now: MemoryBudget, after: MemoryBudget): string {
  const at = (budget: MemoryBudget, length: number): number =>
    sequencesThatFit(budget.pool, budget.poolBlocks, length);
  const counts = LENGTHS.slice(1).map(
    (length) =>
      `${number(at(now, length))} → ${number(at(after, length))} sequences of ${tokens(length)} tokens`,
  );
  const fits = after.fits
    ? now.fits
      ? ''
      : ' It would fit.'
    : ` It would ${now.fits ? 'not' : 'still not'} fit: ${after.reasons[0]}.`;
  return `${gib(now.kvCacheGiB)} → ${gib(after.kvCacheGiB)} of cache per GPU, ${counts.join(', ')}.${fits}`;
}

function problemsOf({ input, model, checkpoint, gpu, release }: VllmSetup): string[] {
  return knownProblems({
    release,
    model: model.name,
    checkpoint,
    layout: input.layout,
    computeCapability: gpu.computeCapability,
    prefixCaching: input.prefixCaching,
    mtpTokens: input.mtpTokens,
    adapters: input.adapters ?? null,
  }).map(({ text, issues }) => `${text} (${issues[0] ?? 'no issue'})`);
}
