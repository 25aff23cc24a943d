import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A safetensors file: the length of a JSON header, the header, then the tensors one after another. */
export function safetensors(names: readonly string[]): Buffer {
  const tensor = (index: number) => ({ dtype: 'F16', shape: [2], data_offsets: [4 * index, 4 * index + 4] });
  const entries = names.map((name, index): [string, unknown] => [name, tensor(index)]);
  const header = Buffer.from(
    JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(4 * names.length)]);
}

/** The tensors of an adapter that PEFT has trained on the whole model. */
export const TENSORS = ['q_proj', 'v_proj'].flatMap((module) =>
  ['lora_A', 'lora_B'].map(
    (part) => `base_model.model.model.language_model.layers.3.self_attn.${module}.${part}.weight`,
  ),
);

/** Files of an adapter's repository at one commit, by name; a change of `undefined` leaves one out. */
export type Files = Readonly<Record<string, string | Buffer>>;
export function adapterFiles(
  config: Record<string, unknown> = {},
  names: readonly string[] = TENSORS,
): Files {
  const base = { base_model_name_or_path: 'Qwen/Qwen3.5-35B-A3B', peft_type: 'LORA', r: 8, lora_alpha: 16 };
  return {
    'adapter_config.json': JSON.stringify({ ...base, ...config }),
    'adapter_model.safetensors': safetensors(names),
  };
}

/** Puts files where the stand-ins of hub and bucket find them. */
export function publish(folder: string, repository: string, commit: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, 'hub', repository, commit, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** What the staging job would have left in the bucket of those files. */
export function stageIn(folder: string, repository: string, commit: string, files: Files): void {
  const entries = Object.entries(files).map(([path, content]) => ({
    path,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  const prefix = join('bucket', repository, commit);
  const all = {
    ...Object.fromEntries(Object.entries(files).map(([name, content]) => [`files/${name}`, content])),
  };
  const manifest = {
    'manifest.json': JSON.stringify({ repository, revision: commit, commit, files: entries }),
  };
  for (const [name, content] of Object.entries({ ...all, ...manifest })) {
    const path = join(folder, prefix, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/**
 * docker whose download does what huggingface_hub does: blobs under their checksums (SHA-256, or git's SHA-1 of a small
 * file), a snapshot of links to them. Which files are wanted it reads as snapshot_download would.
 */
export const DOCKER = `
case "$*" in *snapshot_download*) ;; *) exit ;; esac
here="$(dirname "$0")" repository="\${@: -3:1}" commit="\${@: -2:1}" wanted="\${@: -1}"
hub="$here/cache/huggingface/hub/models--\${repository//\\//--}"
mkdir -p "$hub"
for file in "$here/hub/$repository/$commit"/*; do
  name="$(basename "$file")"
  case "$wanted" in *allow_patterns*) case "$wanted" in *"\\"$name\\""*) ;; *) continue ;; esac ;; esac
  mkdir -p "$hub/blobs" "$hub/snapshots/$commit"
  case "$name" in
    *.safetensors) sum="$(sha256sum < "$file" | cut -d' ' -f1)" ;;
    *) sum="$({ printf 'blob %d\\0' "$(stat -c %s "$file")"; cat "$file"; } | sha1sum | cut -d' ' -f1)" ;;
  esac
  cp "$file" "$hub/blobs/$sum"
  [ "$repository" = "$BROKEN" ] && echo >> "$hub/blobs/$sum"
  ln -sf "../../blobs/$sum" "$hub/snapshots/$commit/$name"
done`;

/** \`aws s3\` from a folder that stands for the bucket. */
export const AWS = `
here="$(dirname "$0")" to="\${@: -1}" from="\${@: -2:1}"
from="\${from/s3:\\/\\/weights/$here/bucket}"
case "$1 $2" in
  "s3 cp") [ -e "$from" ] || { echo 'fatal error: An error occurred (403)' >&2; exit 1; }; cp "$from" "$to" ;;
  "s3 sync") mkdir -p "$to"; cp -r "$from." "$to" ;;
esac`;
