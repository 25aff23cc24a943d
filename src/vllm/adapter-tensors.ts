import { compareVersions } from './releases';

/**
 * What the names of an adapter's tensors begin with, after PEFT's own `base_model.model.`, where the adapter was trained on
 * the whole model: vLLM serves Qwen3.5 with its language model mounted as `language_model`
 * (vllm/model_executor/models/qwen3_vl.py, hf_to_vllm_mapper).
 */
const OF_THE_MODEL = [
  'model.language_model.',
  'language_model.model.',
  'language_model.lm_head.',
  'lm_head.',
];
/** And where it was trained on the language model alone, from 0.33.0 (vllm/lora/model_manager.py, _get_text_lora_names). */
const OF_ITS_TEXT_PART = ['model.layers.', 'model.embed_tokens.'];
const TEXT_PART_SINCE = '0.33.0';

/**
 * Prefixes of the tensors that a release applies. It leaves out all others without a word, so that an adapter may load well
 * and answer as the model itself does (vllm#48019, vllm#49354).
 */
export const adapterTensorPrefixes = (vllmVersion: string): readonly string[] =>
  compareVersions(vllmVersion, TEXT_PART_SINCE) < 0 ? OF_THE_MODEL : [...OF_THE_MODEL, ...OF_ITS_TEXT_PART];
