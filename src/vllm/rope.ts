import { FAMILY } from '../models/architecture';
import type { Release } from './releases';

const LARGEST_YARN_FACTOR = 4;

/** YaRN factor that a context needs, in tenths; 1 within the context the model was trained for. */
export function yarnFactor(maxModelLen: number): number {
  const tenths = Math.ceil((maxModelLen / FAMILY.maxPositionEmbeddings) * 10);
  return Math.min(LARGEST_YARN_FACTOR, Math.max(10, tenths) / 10);
}

/** `--hf-overrides` for context beyond the trained length by static YaRN, as the vLLM recipes give it. */
export function yarnOverride(maxModelLen: number): string {
  return JSON.stringify({
    text_config: {
      rope_parameters: {
        mrope_interleaved: true,
        mrope_section: [11, 11, 10],
        rope_type: 'yarn',
        rope_theta: 10000000,
        partial_rotary_factor: 0.25,
        factor: yarnFactor(maxModelLen),
        original_max_position_embeddings: FAMILY.maxPositionEmbeddings,
      },
    },
  });
}

/**
 * Bytes of the M-RoPE cos/sin cache on every GPU, counted as loaded weights: positions (times the YaRN factor) x the
 * release's position factor x rotary dimensions x 2 bytes. 0.125 GiB up to vLLM 0.31, 0.031 GiB from 0.32
 * (`rotary_embedding/mrope.py`; `mropeCachePositionFactor` in the release data).
 */
export function ropeCacheBytes(release: Release, maxModelLen: number): number {
  const positions = FAMILY.maxPositionEmbeddings * yarnFactor(maxModelLen);
  return positions * release.mropeCachePositionFactor * FAMILY.rotaryDim * 2;
}
