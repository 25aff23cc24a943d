/** An adapter's weights: a repository at a commit. */
interface AdapterFiles {
  readonly repository: string;
  readonly revision: string;
}

/**
 * Where an engine finds an adapter: the layout of Hugging Face's cache (huggingface_hub file_download.py), in the folder that
 * every engine's container sees as /cache. `templates/weights.py` puts it there.
 */
export const adapterPath = ({ repository, revision }: AdapterFiles): string =>
  `/cache/huggingface/hub/models--${repository.replaceAll('/', '--')}/snapshots/${revision}`;
