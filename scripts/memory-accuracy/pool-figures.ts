import type { Model } from '../../src/models/registry';
import { blockRules } from '../../src/vllm/block-rules';
import { GIB } from '../../src/vllm/budget';
import {
  blocksPerSequence,
  type PoolLayout,
  poolBlocks,
  poolLayout,
  type SsmCacheDtype,
} from '../../src/vllm/pool';
import type { Release } from '../../src/vllm/releases';
import { type Figure, skip } from './figure';
import type { Observation } from './observations';
import * as observed from './observations';

/** Half of the last of the two decimals that vLLM logs. */
const GIB_ROUNDING = 0.005;
type PoolFigures = Record<'blockTokens' | 'poolBlocks' | 'kvTokens' | 'concurrency', Figure>;

/** Block size, blocks, token line and concurrency from the logged GiB alone. */
export function poolFigures(row: Observation, model: Model | null, release: Release): PoolFigures {
  const obstacle = poolObstacle(row, model);
  if (model === null || obstacle !== null) {
    const all = skip(obstacle ?? '');
    return {
      blockTokens: { ...all, logged: row.block_size },
      poolBlocks: all,
      kvTokens: { ...all, logged: row.kv_cache_tokens },
      concurrency: { ...all, logged: row.max_concurrency },
    };
  }
  const pool = poolOf(row, model, release);
  const range = blockRange(row, pool);
  return {
    blockTokens: exact(pool.blockTokens, row.block_size),
    poolBlocks: blocksFigure(row, pool, release, range),
    kvTokens:
      row.kv_cache_tokens === null
        ? skip('tokens are not logged')
        : matchIn(range, row.kv_cache_tokens, (blocks) => tokensLogged(row, pool, release, blocks)),
    concurrency:
      row.max_concurrency === null
        ? skip('concurrency is not logged')
        : matchIn(range, row.max_concurrency, (blocks) => concurrencyOf(row, pool, blocks)),
  };
}

function poolObstacle(row: Observation, model: Model | null): string | null {
  if (model === null) return `model ${row.model} is not in the data`;
  if (row.mamba_cache_mode === null) return 'cache mode is not known';
  const known = /^(auto|bf16|bfloat16|float16|fp8)/.test(row.kv_cache_dtype ?? 'auto');
  return known ? null : `KV cache dtype ${row.kv_cache_dtype} is not modelled`;
}

export function poolOf(row: Observation, model: Model, release: Release): PoolLayout {
  const computeCapability = observed.computeCapabilityOf(row);
  return poolLayout(
    model.architecture,
    {
      ...dtypesOf(row),
      tensorParallel: row.tp,
      prefixCaching: row.mamba_cache_mode === 'align',
      userBlockSize: observed.userBlockSize(row),
    },
    blockRules({ release, computeCapability, gdnPrefillBackend: 'auto' }),
  );
}

export function dtypesOf(row: Observation): {
  kvCacheDtype: 'auto' | 'fp8';
  ssmCacheDtype: SsmCacheDtype;
  mtpTokens: number;
} {
  const ssm = /^(float16|bfloat16)/.exec(row.mamba_ssm_cache_dtype ?? '')?.[1];
  return {
    kvCacheDtype: row.kv_cache_dtype?.startsWith('fp8') ? 'fp8' : 'auto',
    ssmCacheDtype: ssm === undefined ? 'auto' : (ssm as SsmCacheDtype),
    mtpTokens: row.num_speculative_tokens ?? 0,
  };
}

/** Block counts that the two decimals of the logged GiB allow; without GiB, the count that was logged itself. */
function blockRange(row: Observation, pool: PoolLayout): readonly [number, number] | null {
  if (row.kv_cache_gib !== null && row.kv_cache_gib > 0) {
    return [
      poolBlocks(pool, (row.kv_cache_gib - GIB_ROUNDING) * GIB),
      poolBlocks(pool, (row.kv_cache_gib + GIB_ROUNDING) * GIB),
    ];
  }
  return row.num_gpu_blocks_logged === null ? null : [row.num_gpu_blocks_logged, row.num_gpu_blocks_logged];
}

function exact(predicted: number, logged: number | null): Figure {
  if (logged === null) return { ...skip('block size is not logged'), predicted };
  return { predicted, logged, error: predicted - logged, ok: predicted === logged, skipped: null };
}

/** The logged count, or the one that the logged tokens imply, lies within the range of the logged GiB. */
function blocksFigure(
  row: Observation,
  pool: PoolLayout,
  release: Release,
  range: readonly [number, number] | null,
): Figure {
  if (range === null || row.kv_cache_gib === null)
    return skip('KV GiB are not logged', row.num_gpu_blocks_logged);
  const implied = row.num_gpu_blocks_logged ?? impliedBlocks(row, pool, release, range);
  if (implied === null) return { ...skip('neither blocks nor tokens are logged'), predicted: range };
  const error = implied < range[0] ? range[0] - implied : implied > range[1] ? range[1] - implied : 0;
  return { predicted: range, logged: implied, error, ok: error === 0, skipped: null };
}

const SEARCHED_BLOCKS = 4;

/** The block count nearest to the range whose token line is the logged one. */
function impliedBlocks(
  row: Observation,
  pool: PoolLayout,
  release: Release,
  [low, high]: readonly [number, number],
): number | null {
  for (let away = 0; away <= SEARCHED_BLOCKS; away++) {
    const near = away === 0 ? counts(low, high) : [low - away, high + away];
    const found = near.find((blocks) => tokensLogged(row, pool, release, blocks) === row.kv_cache_tokens);
    if (found !== undefined) return found;
  }
  return null;
}

const counts = (low: number, high: number): number[] =>
  Array.from({ length: high - low + 1 }, (_, i) => low + i);

function tokensLogged(row: Observation, pool: PoolLayout, release: Release, blocks: number): number | null {
  const old = row.kv_log_semantics
    ? row.kv_log_semantics === 'old'
    : release.kvTokenLogMeaning === 'block-groups';
  if (old) return Math.floor(blocks / pool.groups) * pool.blockTokens;
  if (row.max_model_len === null) return null;
  return Math.floor((blocks / blocksPerSequence(pool, row.max_model_len)) * row.max_model_len);
}

function concurrencyOf(row: Observation, pool: PoolLayout, blocks: number): number | null {
  return row.max_model_len === null
    ? null
    : Math.round((blocks / blocksPerSequence(pool, row.max_model_len)) * 100) / 100;
}

/** Whether one of the possible block counts gives the logged figure. */
function matchIn(
  range: readonly [number, number] | null,
  logged: number,
  figure: (blocks: number) => number | null,
): Figure {
  if (range === null) return skip('KV GiB are not logged', logged);
  const possible = counts(...range).map(figure);
  if (possible.some((value) => value === null)) return skip('the model length is not logged', logged);
  const values = possible as number[];
  const nearest = values.reduce((a, b) => (Math.abs(b - logged) < Math.abs(a - logged) ? b : a));
  return { predicted: nearest, logged, error: nearest - logged, ok: nearest === logged, skipped: null };
}
