import type { BlockException, Release } from './releases';

/** How a release shapes blocks on a GPU; everything else about blocks is arithmetic (pool.ts). */
export interface BlockRules {
  /** Blocks are multiples of this many tokens: the smallest kernel block of the attention backend. */
  readonly alignmentTokens: number;
  readonly userBlockSize: 'floor' | 'grain';
  /** With prefix caching: further alignment, and blocks a GDN group holds beyond its states. */
  readonly cachingAlignmentTokens: number;
  readonly cachingExtraBlocksPerGroup: number;
}

export interface BlockRulesInput {
  readonly release: Release;
  /** For example 8.9; null on a GPU without rules of its own. */
  readonly computeCapability: number | null;
  /** `triton` stands for `--gdn-prefill-backend triton`. */
  readonly gdnPrefillBackend: 'auto' | 'triton';
}

/** The rules of every log in the data: blocks of 16 tokens, no prefill checkpoints. */
export const PLAIN_BLOCK_RULES: BlockRules = {
  alignmentTokens: 16,
  userBlockSize: 'grain',
  cachingAlignmentTokens: 1,
  cachingExtraBlocksPerGroup: 0,
};

const byRelease = new WeakMap<Release, Map<string, BlockRules>>();

/**
 * Block rules of a release on a GPU. Source: `blockAlignment` and `prefillCheckpoint` of the release data
 * (vLLM 0.33.0 `platforms/interface.py:940-1084`, `qwen_gdn_linear_attn.py:694-760`). The prefill checkpoint is read
 * from source only: no log of 0.33.0 confirms it.
 */
export function blockRules({ release, computeCapability, gdnPrefillBackend }: BlockRulesInput): BlockRules {
  let known = byRelease.get(release);
  if (!known) {
    known = new Map();
    byRelease.set(release, known);
  }
  const key = `${computeCapability}/${gdnPrefillBackend}`;
  let rules = known.get(key);
  if (!rules) {
    rules = deriveRules(release, computeCapability, gdnPrefillBackend);
    known.set(key, rules);
  }
  return rules;
}

function deriveRules(release: Release, capability: number | null, backend: 'auto' | 'triton'): BlockRules {
  const exception = release.blockAlignment.exceptions.find((candidate) => applies(candidate, capability));
  const checkpoint = backend === 'triton' ? null : release.prefillCheckpoint;
  const exports =
    checkpoint?.gpus.some(
      (gpu) =>
        Number(gpu.computeCapability) === capability ||
        (capability !== null && gpu.computeCapabilityMajor === Math.floor(capability)),
    ) ?? false;
  return {
    alignmentTokens: exception?.tokens ?? release.blockAlignmentTokens,
    userBlockSize: release.blockAlignment.userBlockSize,
    cachingAlignmentTokens: exports ? (checkpoint?.blockAlignmentTokens ?? 1) : 1,
    cachingExtraBlocksPerGroup: exports ? (checkpoint?.blocksPerGroup ?? 0) : 0,
  };
}

/** Whether an exception holds with the attention backend vLLM chooses by itself. */
function applies({ when }: BlockException, capability: number | null): boolean {
  if (when.mambaCacheMode !== undefined || capability === null) return false;
  const ownChoice = Array.isArray(when.attentionBackend) && when.attentionBackend.includes(null);
  return ownChoice && (when.computeCapabilityMajor?.includes(Math.floor(capability)) ?? false);
}
