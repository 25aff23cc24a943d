import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inScratch } from '../stacks/template';
import { hasPython, PYTHON } from './machine';

const PROGRAM = join(__dirname, '..', '..', 'templates', 'stage_weights.py');
const SHA256 = createHash('sha256').update('weights').digest('hex');

/** A stand-in of the hub's library: repositories of the same files, their branch at $HEAD. */
const HUB = `
import os, types
class HfApi:
    def model_info(self, repository, revision, files_metadata):
        lfs = types.SimpleNamespace(sha256=os.environ["SHA256"])
        files = [types.SimpleNamespace(rfilename=name, lfs=lfs) for name in os.environ["FILES"].split()]
        return types.SimpleNamespace(sha=os.environ["HEAD"] if revision == "main" else revision, siblings=files)
def hf_hub_download(repository, name, revision, local_dir):
    path = os.path.join(local_dir, name)
    with open(path, "w") as file:
        file.write("weights")
    with open(os.environ["DOWNLOADS"], "a") as file:
        file.write(repository + "/" + name + "@" + revision + " ")
    return path
`;
/** `aws s3 cp` to and from a folder; a missing object answers as S3 does. */
const AWS = `#!/bin/bash
shift 3
from=\${1/s3:\\/\\/bucket/$STORE} to=\${2/s3:\\/\\/bucket/$STORE}
[ -n "$DENIED" ] && { echo 'fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden' >&2; exit 1; }
[ -e "$from" ] || { echo 'fatal error: An error occurred (404) when calling the HeadObject operation: Key does not exist' >&2; exit 1; }
if [ "$to" = - ]; then cat "$from"; else mkdir -p "$(dirname "$to")" && cp "$from" "$to"; fi
`;

const MODEL = { repository: 'Qwen/x', revision: 'main', prefix: 'Qwen/x/main/', adapter: false };

/** Runs the staging job in a folder that keeps what it staged. */
function stage(folder: string, head: string, more: Record<string, string> = {}) {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'huggingface_hub.py'), HUB);
  writeFileSync(join(folder, 'bin', 'aws'), AWS);
  chmodSync(join(folder, 'bin', 'aws'), 0o755);
  const { SOURCES = JSON.stringify([MODEL]), ...others } = more;
  writeFileSync(join(folder, 'sources.json'), SOURCES);
  return spawnSync(PYTHON!, ['-B', PROGRAM, join(folder, 'sources.json')], {
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      PYTHONPATH: folder,
      STORE: join(folder, 'store'),
      DOWNLOADS: join(folder, 'downloads'),
      DESTINATION: 's3://bucket/',
      FILES: 'model.safetensors old.bin',
      HEAD: head,
      SHA256,
      DENIED: '',
      ...others,
    },
  });
}
const manifest = (folder: string, prefix = MODEL.prefix) =>
  JSON.parse(readFileSync(join(folder, 'store', prefix, 'manifest.json'), 'utf8'));

(hasPython ? describe : describe.skip)('the staging job', () => {
  it('stages the weights of one commit, the manifest with their checksums last', () => {
    inScratch((folder) => {
      const { status, stdout } = stage(folder, 'a'.repeat(40));
      expect([status, stdout.split('\n').at(-2)]).toEqual([
        0,
        `staged 1 files of Qwen/x at ${'a'.repeat(40)}`,
      ]);
      expect(manifest(folder)).toMatchObject({
        commit: 'a'.repeat(40),
        files: [{ path: 'model.safetensors', size: 7, sha256: SHA256 }],
      });
    });
  });

  it('started again, stays at that commit although the branch has moved on, and says so', () => {
    inScratch((folder) => {
      stage(folder, 'a'.repeat(40));
      const { status, stdout } = stage(folder, 'b'.repeat(40));
      expect(status).toBe(0);
      expect(stdout).toContain(`main is now ${'b'.repeat(40)}; ${'a'.repeat(40)} is staged and stays`);
      expect(manifest(folder).commit).toBe('a'.repeat(40));
      // Nothing is copied again: an adapter more must not cost hours.
      expect(stdout).toContain('to copy it again, delete s3://bucket/Qwen/x/main/manifest.json');
      expect(readFileSync(join(folder, 'downloads'), 'utf8')).toBe(
        `Qwen/x/model.safetensors@${'a'.repeat(40)} `,
      );
    });
  });

  describe('with adapters', () => {
    const adapter = (name: string, revision: string) => ({
      repository: `acme/${name}`,
      revision,
      prefix: `acme/${name}/${revision}/`,
      adapter: true,
    });
    const [one, other] = [adapter('support-lora', 'c'.repeat(40)), adapter('legal-lora', 'd'.repeat(40))];
    const FILES = 'adapter_config.json adapter_model.safetensors optimizer.pt README.md';

    it('stages each under its prefix with a manifest of its own: the two files that machines serve', () => {
      inScratch((folder) => {
        const SOURCES = JSON.stringify([one, other, MODEL]);
        const { status, stdout } = stage(folder, 'a'.repeat(40), { SOURCES, FILES });
        expect([status, stdout.match(/^staged \d+ files of .*$/gm)]).toEqual([
          0,
          [
            `staged 2 files of acme/support-lora at ${'c'.repeat(40)}`,
            `staged 2 files of acme/legal-lora at ${'d'.repeat(40)}`,
            `staged 3 files of Qwen/x at ${'a'.repeat(40)}`,
          ],
        ]);
        for (const { prefix, revision } of [one, other]) {
          const { commit, files } = manifest(folder, prefix);
          expect([commit, files.map(({ path }: { path: string }) => path)]).toEqual([
            revision,
            ['adapter_config.json', 'adapter_model.safetensors'],
          ]);
        }
      });
    });

    it('stages a new commit alone: what is there stays', () => {
      inScratch((folder) => {
        stage(folder, 'a'.repeat(40), { SOURCES: JSON.stringify([one, MODEL]), FILES });
        const next = adapter('support-lora', 'e'.repeat(40));
        const SOURCES = JSON.stringify([next, MODEL]);
        expect(
          stage(folder, 'a'.repeat(40), { SOURCES, FILES, DOWNLOADS: join(folder, 'again') }).status,
        ).toBe(0);
        expect(readFileSync(join(folder, 'again'), 'utf8').trim().split(' ')).toEqual([
          `acme/support-lora/adapter_config.json@${next.revision}`,
          `acme/support-lora/adapter_model.safetensors@${next.revision}`,
        ]);
        expect(manifest(folder, one.prefix).commit).toBe(one.revision);
      });
    });

    it('ends without its manifest, and before the model, where it is no adapter that can be served', () => {
      inScratch((folder) => {
        const SOURCES = JSON.stringify([one, MODEL]);
        const { status, stderr } = stage(folder, 'a'.repeat(40), {
          SOURCES,
          FILES: 'adapter_config.json adapter_model.bin',
        });
        expect([status, stderr.trim()]).toEqual([
          1,
          `acme/support-lora at ${'c'.repeat(40)} has no adapter_model.safetensors: not an adapter that can be served`,
        ]);
        expect(existsSync(join(folder, 'store', one.prefix, 'manifest.json'))).toBe(false);
        expect(existsSync(join(folder, 'store', MODEL.prefix))).toBe(false);
      });
    });
  });

  it('ends without a manifest where a file is corrupt, or where it cannot tell what is staged', () => {
    inScratch((folder) => {
      const corrupt = stage(folder, 'a'.repeat(40), { SHA256: 'another' });
      expect([corrupt.status, corrupt.stderr]).toEqual([
        1,
        expect.stringContaining('model.safetensors is corrupt'),
      ]);
      const denied = stage(folder, 'a'.repeat(40), { DENIED: 'yes' });
      expect([denied.status, denied.stderr]).toEqual([
        1,
        expect.stringContaining('cannot tell what is staged'),
      ]);
      expect(existsSync(join(folder, 'store/Qwen/x/main/manifest.json'))).toBe(false);
    });
  });
});
