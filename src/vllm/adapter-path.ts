/**
 * Where an adapter lies inside the engine's container: the snapshot of its commit in Hugging Face's cache. `templates/weights.py`
 * puts it there.
 */
export const adapterPath = (adapter: { readonly repository: string; readonly revision: string }): string =>
  `/cache/huggingface/hub/models--${adapter.repository.replace('/', '--')}/snapshots/${adapter.revision}`;
