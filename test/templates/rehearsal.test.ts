import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makePlan, type PlanOverrides } from '../stacks/make-plan';
import { FakeMachine, hasPython, type MachineConfig } from './machine';

const BASE: PlanOverrides = { storage: { weightsOnLocalNvme: false } };
const CONTENT = 'weights';
const NAME = createHash('sha256').update(CONTENT).digest('hex');
const BLOBS = 'cache/huggingface/hub/models--Qwen--Qwen3.5-35B-A3B-FP8/blobs';
/** `docker run` of the download: leaves one blob, whose name is its checksum; `$1` of `content` says what is in it. */
const download = (content: string) =>
  `case "$*" in *snapshot_download*) d="$(dirname "$0")/${BLOBS}"; mkdir -p "$d"; ${content} ;; esac`;
const arrives = `printf ${CONTENT} > "$d/${NAME}"`;

async function rehearse(
  commands: Record<string, string>,
  test: (machine: FakeMachine) => Promise<void>,
  change?: (config: MachineConfig) => void,
  secrets?: Record<string, string>,
): Promise<void> {
  const small = (config: MachineConfig) => {
    config.engine.checkpointBytes = 100;
    change?.(config);
  };
  const machine = await FakeMachine.start(makePlan(BASE), { systemctl: '', ...commands }, small, secrets);
  try {
    await test(machine);
  } finally {
    machine.stop();
  }
}

const until = async (holds: () => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !holds(); i += 1) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(holds()).toBe(true);
};
const calls = (machine: FakeMachine, word: string): string[][] =>
  machine.called().filter((call) => call.includes(word));
const STATE = 'autoscaling/target-lifecycle-state';

(hasPython ? describe : describe.skip)('boot: prepare.py', () => {
  it('succeeds: image pulled, weights there and verified, and does it once', async () => {
    await rehearse({ docker: download(arrives) }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(0);
      expect(machine.journal).toContain('weights: 1 files have their checksums');
      expect(await machine.run('prepare.py')).toBe(0);
      expect(machine.journal).toContain('already here and verified');
      expect(calls(machine, 'run')).toHaveLength(1);
    });
  });

  it('tries again when the weights fail twice', async () => {
    const twice = `n=$(cat "$0.n" 2>/dev/null || echo 0); echo $((n + 1)) > "$0.n"; [ "$n" -ge 2 ] || { echo reset >&2; exit 1; }; ${arrives}`;
    await rehearse({ docker: download(twice) }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(0);
      expect(machine.journal).toMatch(
        /attempt 1 of 5: reset[\s\S]*attempt 2 of 5: reset[\s\S]*here and verified/,
      );
    });
  });

  it('ends with the names of files that stay corrupt', async () => {
    await rehearse({ docker: download(`printf broken > "$d/${NAME}"`) }, async (machine) => {
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
      { docker: '' },
      async (machine) => {
        expect(await machine.run('prepare.py')).toBe(1);
        expect(machine.journal).toMatch(/GB free, the weights take 1000000000.0 GB: disk full/);
      },
      huge,
    );
  });

  it('names a secret that it cannot read, and never a value', async () => {
    const aws = 'echo "AccessDeniedException: not yours" >&2; exit 254';
    await rehearse(
      { docker: '', aws },
      async (machine) => {
        expect(await machine.run('prepare.py')).toBe(1);
        expect(machine.journal).toContain('secret apiKey (arn:key): AccessDeniedException: not yours');
      },
      undefined,
      { apiKey: 'arn:key' },
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
      undefined,
      { apiKey: 'arn:key' },
    );
  });
});

(hasPython ? describe : describe.skip)('life: supervisor.py', () => {
  it('completes the launch once the engine answers 200, then drains and lets go', async () => {
    await rehearse({ docker: '', aws: '' }, async (machine) => {
      machine.metadata.set(STATE, 'InService');
      const ended = machine.run('supervisor.py');
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(machine.called()).toEqual([]);
      machine.health = 200;
      await until(() => calls(machine, 'CONTINUE').length === 1);
      expect(calls(machine, 'CONTINUE')[0]).toEqual(
        expect.arrayContaining(['launch', 'i-0123456789abcdef0']),
      );
      machine.metadata.set(STATE, 'Terminated');
      expect(await ended).toBe(0);
      expect(machine.called().map((call) => call.slice(0, 2))).toEqual([
        ['aws', 'autoscaling'],
        ['systemctl', 'stop'],
        ['aws', 'autoscaling'],
      ]);
      expect(machine.journal).toMatch(
        /serving after \d+ s[\s\S]*running requests finish first[\s\S]*drained/,
      );
    });
  });

  it('gives a machine up that never serves, and reports it', async () => {
    const impatient = (config: MachineConfig) => {
      config.launchSeconds = 0;
    };
    await rehearse(
      { docker: '', aws: '' },
      async (machine) => {
        machine.metadata.set(STATE, 'InService');
        void machine.run('supervisor.py');
        await until(() => calls(machine, 'ABANDON').length === 1 && machine.emitted.length === 1);
        expect(machine.emitted[0]).toMatchObject({ BootFailed: 1, AutoScalingGroupName: 'qwen35-35b' });
        expect(machine.journal).toContain('giving this machine up');
      },
      impatient,
    );
  });

  it('stops while it still loads', async () => {
    await rehearse({ docker: '', aws: '' }, async (machine) => {
      machine.metadata.set(STATE, 'Terminated');
      expect(await machine.run('supervisor.py')).toBe(0);
      expect(calls(machine, 'stop')).toHaveLength(1);
      expect(calls(machine, 'CONTINUE')[0]).toEqual(expect.arrayContaining(['drain']));
    });
  });

  it('leaves the load balancer on a spot notice, then drains', async () => {
    await rehearse({ docker: '', aws: '' }, async (machine) => {
      machine.health = 200;
      machine.metadata.set('spot/instance-action', '{"action":"terminate"}');
      expect(await machine.run('supervisor.py')).toBe(0);
      expect(machine.called().map((call) => call.slice(0, 3))).toEqual([
        ['aws', 'elbv2', 'deregister-targets'],
        ['systemctl', 'stop', 'qwen-engine@0.service'],
      ]);
      expect(machine.emitted).toMatchObject([{ SpotInterruption: 1 }]);
    });
  });

  it('kills an engine that served and hangs, so that systemd starts it again', async () => {
    await rehearse({ docker: '', aws: '' }, async (machine) => {
      machine.metadata.set(STATE, 'InService');
      machine.health = 200;
      void machine.run('supervisor.py');
      await until(() => calls(machine, 'CONTINUE').length === 1);
      machine.health = 503;
      await until(() => calls(machine, 'kill').length === 1);
      expect(calls(machine, 'kill')[0]).toEqual(['docker', 'kill', 'qwen-engine-0']);
    });
  });

  it('takes its place back after a reboot, only where it had left it', async () => {
    await rehearse({ aws: '' }, async (machine) => {
      expect(await machine.run('supervisor.py', 'register')).toBe(0);
      expect(machine.called()).toEqual([]);
      expect(await machine.run('supervisor.py', 'deregister')).toBe(0);
      expect(await machine.run('supervisor.py', 'register')).toBe(0);
      expect(machine.called().map((call) => call[2])).toEqual(['deregister-targets', 'register-targets']);
    });
  });
});

(hasPython ? describe : describe.skip)('a crash loop: give_up.py', () => {
  it('reports, abandons a launch and asks for another machine', async () => {
    await rehearse({ aws: '' }, async (machine) => {
      expect(await machine.run('give_up.py', 'qwen-engine@0')).toBe(0);
      expect(machine.emitted).toMatchObject([{ EngineGaveUp: 1 }]);
      expect(calls(machine, 'set-instance-health')[0]).toEqual(expect.arrayContaining(['Unhealthy']));
      expect(machine.journal).toContain('qwen-engine@0 failed too often');
    });
  });
});
