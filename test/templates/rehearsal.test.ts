import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasPython, type MachineConfig } from './machine';
import { COMMIT, calls, rehearse } from './rehearse';
import { inScratchAsync } from './scratch';

const CONTENT = 'weights';
const NAME = createHash('sha256').update(CONTENT).digest('hex');
const REPOSITORY = 'cache/huggingface/hub/models--Qwen--Qwen3.5-35B-A3B-FP8';
/**
 * docker as a new machine has it: no image is here before it is pulled. `docker run` of the download leaves blobs, whose
 * names are their checksums, in `$d`.
 */
const docker = (content: string) => `
case "$*" in
  "image inspect"*) [ -e "$0.pulled" ] || { echo "Error response from daemon: No such image" >&2; exit 1; } ;;
  pull*) touch "$0.pulled" ;;
  *snapshot_download*) d="$(dirname "$0")/${REPOSITORY}/blobs"; mkdir -p "$d"; ${content} ;;
esac`;
const arrives = `printf ${CONTENT} > "$d/${NAME}"`;
const fails = (message: string) => `echo "${message}" >&2; exit 1`;
const denied =
  'An error occurred (AccessDeniedException) when calling the GetSecretValue operation: User is not authorized';

(hasPython ? describe : describe.skip)('boot: prepare.py', () => {
  it('succeeds: image pulled, weights there and verified, and does it once', async () => {
    await rehearse({ docker: docker(arrives) }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(0);
      expect(machine.journal).toContain('weights: 1 files have their checksums');
      expect(await machine.run('prepare.py')).toBe(0);
      expect(machine.journal).toContain('already here and verified');
      expect(calls(machine, 'run')).toHaveLength(1);
      // A reboot needs no registry: what is pinned is here.
      expect(calls(machine, 'pull')).toHaveLength(1);
    });
  });

  it('tries again when the weights fail twice', async () => {
    const twice = `n=$(cat "$0.n" 2>/dev/null || echo 0); echo $((n + 1)) > "$0.n"; [ "$n" -ge 2 ] || { echo reset >&2; exit 1; }; ${arrives}`;
    await rehearse({ docker: docker(twice) }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(0);
      expect(machine.journal).toMatch(
        /attempt 1 of 5: reset[\s\S]*attempt 2 of 5: reset[\s\S]*here and verified/,
      );
    });
  });

  it('ends with the names of files that stay corrupt', async () => {
    await rehearse({ docker: docker(`printf broken > "$d/${NAME}"`) }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(1);
      expect(machine.journal).toContain(`corrupt weights: ${NAME}`);
      expect(machine.journal).toContain('weights failed 5 times');
    });
  });

  it('says that the disk is full before it downloads', async () => {
    const huge = (config: MachineConfig) => {
      config.engine.checkpointBytes = 1e18;
    };
    await rehearse(
      { docker: docker(arrives) },
      async (machine) => {
        expect(await machine.run('prepare.py')).toBe(1);
        expect(machine.log).toMatch(/prepare.py: .*GB free, the weights take 1000000000.0 GB: disk full/);
      },
      { change: huge },
    );
  });

  it('names a secret that it cannot read, and never a value', async () => {
    const aws = `echo "${denied}" >&2; exit 254`;
    await rehearse(
      { docker: '', aws },
      async (machine) => {
        expect(await machine.run('prepare.py')).toBe(1);
        expect(machine.log).toContain(`secret apiKey (arn:key): ${denied}`);
        expect(machine.log).toContain('secrets failed 5 times');
      },
      { secrets: { apiKey: 'arn:key' } },
    );
  });

  it('says so when the disk fills up during the download, and where a token is wrong', async () => {
    for (const message of [
      'OSError: [Errno 28] No space left on device',
      'huggingface_hub.errors.GatedRepoError: 401 Client Error. Invalid username or password.',
    ]) {
      await rehearse({ docker: docker(fails(message)) }, async (machine) => {
        expect(await machine.run('prepare.py')).toBe(1);
        expect(machine.log).toContain(`weights: attempt 5 of 5: ${message}`);
        expect(machine.log).toContain('weights failed 5 times');
      });
    }
  });

  it('says so when the image fills the disk', async () => {
    const message = 'failed to register layer: write /usr/lib/libcublas.so: no space left on device';
    const full = `case "$1" in image) exit 1 ;; pull) ${fails(message)} ;; esac`;
    await rehearse({ docker: full }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(1);
      expect(machine.journal).toContain(message);
      expect(machine.log).toMatch(/image failed 5 times/);
      expect(calls(machine, 'run')).toEqual([]);
    });
  });

  it('verifies small files too, by the name that git gives them', async () => {
    const text = '{"model_type": "qwen3_5_moe"}';
    const blob = createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex');
    const write = (content: string) => `${arrives}; printf '%s' '${content}' > "$d/${blob}"`;
    await rehearse({ docker: docker(write(text)) }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(0);
      expect(machine.journal).toContain('weights: 2 files have their checksums');
    });
    await rehearse({ docker: docker(write('{}')) }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(1);
      expect(machine.log).toContain(`corrupt weights: ${blob}`);
    });
  });

  describe('a branch instead of a commit', () => {
    const moved = 'f'.repeat(40);
    const ref = `${REPOSITORY}/refs/main`;
    /** The fleet's parameter: after the plan's `main` a line of this file for each version. */
    const parameter = (file = '"$0.parameter"') => `
case "$*" in
  *get-parameter-history*)
    printf '[[1, "main"]'; n=1
    [ -e ${file} ] && while read -r value; do n=$((n + 1)); printf ', [%d, "%s"]' $n "$value"; done < ${file}
    printf ']' ;;
  *put-parameter*)
    while [ "$1" != --value ]; do shift; done
    exec 9>> ${file}; flock 9
    echo "$2" >&9; echo $((1 + $(wc -l < ${file}))) ;;
esac`;
    const hub = (head: string) => `case "$*" in *model_info*) echo ${head} ;; esac\n${docker(arrives)}`;
    const downloaded = (machine: Parameters<typeof calls>[0]) =>
      calls(machine, 'run').filter((call) => call.some((word) => word.includes('snapshot_download')));

    it('is resolved by the first machine, which writes the commit down for the others', async () => {
      await rehearse({ docker: hub(moved), aws: parameter() }, async (machine) => {
        expect(await machine.run('prepare.py')).toBe(0);
        expect(readFileSync(machine.path('aws.parameter'), 'utf8')).toBe(`${moved}\n`);
        for (const command of ['put-parameter', 'get-parameter-history'])
          expect(calls(machine, command)[0]).toContain(
            '/qwen-selfhost/qwen35-35b/Qwen/Qwen3.5-35B-A3B-FP8/main',
          );
        expect(downloaded(machine)[0]!.at(-2)).toBe(moved);
        // The engine asks offline for `main`.
        expect(readFileSync(machine.path(ref), 'utf8')).toBe(moved);
        expect(machine.log).toContain(`main of Qwen/Qwen3.5-35B-A3B-FP8 is ${moved}`);
      });
    });

    it('stays at that commit on every later machine, wherever the branch is then', async () => {
      await rehearse({ docker: hub(moved), aws: parameter() }, async (machine) => {
        writeFileSync(machine.path('aws.parameter'), `${COMMIT}\n`);
        expect(await machine.run('prepare.py')).toBe(0);
        expect(calls(machine, 'put-parameter')).toEqual([]);
        expect(downloaded(machine).map((call) => call.at(-2))).toEqual([COMMIT]);
        expect(readFileSync(machine.path(ref), 'utf8')).toBe(COMMIT);
        expect(machine.log).toContain(`1 files have their checksums, commit ${COMMIT}`);
        expect(await machine.run('prepare.py')).toBe(0);
        expect(machine.log).toContain(`already here and verified, commit ${COMMIT}`);
      });
    });

    it('is the same for two that boot at once while the branch moves: whoever writes first', async () => {
      await inScratchAsync(async (folder) => {
        const file = join(folder, 'parameter');
        // Both have read that nobody has written yet before either writes.
        const read = join(folder, 'read');
        const together = (head: string) => ({
          docker: `case "$*" in *model_info*) echo >> ${read}; while [ "$(wc -l < ${read})" -lt 2 ]; do sleep 0.02; done ;; esac
${hub(head)}`,
          aws: parameter(file),
        });
        await rehearse(together(moved), async (one) => {
          await rehearse(together(COMMIT), async (other) => {
            expect(await Promise.all([one.run('prepare.py'), other.run('prepare.py')])).toEqual([0, 0]);
            const written = readFileSync(file, 'utf8').trim().split('\n');
            expect([...written].sort()).toEqual([COMMIT, moved]);
            for (const machine of [one, other])
              expect(downloaded(machine).map((call) => call.at(-2))).toEqual([written[0]]);
          });
        });
      });
    });

    it('is not taken from an answer that does not yet hold what this machine has written', async () => {
      const late = `case "$*" in *get-parameter-history*) [ -e "$0.parameter" ] && [ ! -e "$0.late" ] && touch "$0.late" && echo '[[1, "main"]]' && exit ;; esac
${parameter()}`;
      await rehearse({ docker: hub(moved), aws: late }, async (machine) => {
        expect(await machine.run('prepare.py')).toBe(0);
        expect(machine.log).toContain(
          "attempt 1 of 5: the fleet's revision: version 2 is not to be read yet",
        );
        expect(downloaded(machine).map((call) => call.at(-2))).toEqual([moved]);
      });
    });

    it('is never guessed: without the parameter, or an answer of the hub, no machine serves', async () => {
      await rehearse({ docker: hub(moved), aws: fails('ParameterNotFound') }, async (machine) => {
        expect(await machine.run('prepare.py')).toBe(1);
        expect(machine.log).toContain("attempt 5 of 5: the fleet's revision: ParameterNotFound");
      });
      await rehearse({ docker: hub('None'), aws: parameter() }, async (machine) => {
        expect(await machine.run('prepare.py')).toBe(1);
        expect(machine.log).toContain('Qwen/Qwen3.5-35B-A3B-FP8 has no commit at main: None');
        expect(downloaded(machine)).toEqual([]);
      });
    });

    it('is nothing to agree on where the plan names the commit', async () => {
      await rehearse(
        { docker: hub(moved), aws: parameter() },
        async (machine) => {
          expect(await machine.run('prepare.py')).toBe(0);
          expect(machine.called().filter(([command]) => command === 'aws')).toEqual([]);
          expect(downloaded(machine)[0]!.at(-2)).toBe(COMMIT);
        },
        { plan: { choice: { revision: COMMIT } } },
      );
    });
  });

  it('takes staged weights from S3, and removes what an interrupted run has left', async () => {
    const manifest = JSON.stringify({
      commit: 'c0ffee',
      files: [{ path: 'model.safetensors', size: CONTENT.length, sha256: NAME }],
    });
    const aws = `
case "$2" in
  cp) printf '%s' '${manifest}' > "\${@: -1}" ;;
  sync) mkdir -p "\${@: -1}"; printf ${CONTENT} > "\${@: -1}/model.safetensors" ;;
esac`;
    const staged = (config: MachineConfig) => {
      config.engine.weightsPrefix = 'Qwen/35b/';
    };
    await rehearse(
      { docker: docker(''), aws },
      async (machine) => {
        const snapshot = machine.path(`${REPOSITORY}/snapshots/c0ffee`);
        mkdirSync(snapshot, { recursive: true });
        writeFileSync(join(snapshot, 'model.safetensors.6Fe1b2'), 'half');
        expect(await machine.run('prepare.py')).toBe(0);
        expect(readdirSync(snapshot)).toEqual(['model.safetensors']);
        expect(readFileSync(machine.path(`${REPOSITORY}/refs/main`), 'utf8')).toBe('c0ffee');
      },
      { change: staged },
    );
  });
});

(hasPython ? describe : describe.skip)('secrets', () => {
  it('reach the engine through memory: neither its words nor its environment hold the value', async () => {
    await rehearse(
      { docker: '', aws: 'echo top-secret' },
      async (machine) => {
        expect(await machine.run('start_engine.py', '0')).toBe(0);
        const file = join(machine.secretsFolder, 'apiKey');
        expect(readFileSync(file, 'utf8')).toBe('top-secret');
        expect(statSync(file).mode & 0o777).toBe(0o600);
        const [run] = calls(machine, '--entrypoint');
        expect(run!.join(' ')).not.toContain('top-secret');
        expect(run).toContain('sh');
        expect(machine.journal).not.toContain('top-secret');
      },
      { secrets: { apiKey: 'arn:key' } },
    );
  });

  it('are written whole: no engine reads half a key, and none serves without one', async () => {
    await rehearse(
      { docker: '', aws: 'echo top-secret' },
      async (machine) => {
        const starts = ['0', '0', '0'].map((index) => machine.run('start_engine.py', index));
        expect(await Promise.all(starts)).toEqual([0, 0, 0]);
        expect(readdirSync(machine.secretsFolder)).toEqual(['apiKey']);
        const [run] = calls(machine, '--entrypoint');
        const script = run![run!.indexOf('-c') + 1]!;
        const serve = (key: string) => {
          const file = machine.path('key');
          writeFileSync(file, key);
          const words = [
            '-c',
            script.replace('/run/secrets/apiKey', file).replace('exec vllm', 'echo served'),
          ];
          return spawnSync('sh', words, { encoding: 'utf8' }).stdout;
        };
        expect(serve('top-secret')).toBe('served\n');
        expect(serve('')).toBe('');
      },
      { secrets: { apiKey: 'arn:key' } },
    );
  });
});
