import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { RESTART_BUDGET } from '../../stacks/serving-cluster/lifecycle';
import { TWO_REPLICAS } from '../stacks/make-plan';
import { templateOf } from '../stacks/template';
import { type FakeMachine, hasPython, type MachineConfig } from './machine';
import { calls, rehearse, until } from './rehearse';
import { runUnit } from './units';

const STATE = 'autoscaling/target-lifecycle-state';
const SPOT = '{"action": "terminate", "time": "2026-11-24T12:00:00Z"}';
const NO_ACTION =
  'An error occurred (ValidationError) when calling the CompleteLifecycleAction operation: No active Lifecycle Action found with instance ID i-0123456789abcdef0';
const noHookWaits = `case "$*" in *complete-lifecycle-action*) echo "${NO_ACTION}" >&2; exit 254 ;; esac`;
/** `systemctl show` answers with the engine's process; `stop` returns once no request runs, as vLLM's shutdown does. */
const SYSTEMCTL = `
case "$1" in
  show) cat "$0.pid" 2>/dev/null || echo 100 ;;
  stop) while [ -e "$(dirname "$0")/requests" ]; do sleep 0.05; done ;;
esac`;
const quiet = { systemctl: SYSTEMCTL, docker: '', aws: '' };

/** What a program did to its surroundings: calls without the ones that only ask. */
const deeds = (machine: FakeMachine): string[] =>
  machine
    .called()
    .filter(([command, verb]) => command !== 'systemctl' || verb !== 'show')
    .map((call) => (call[0] === 'aws' ? call[2]! : `${call[0]} ${call[1]}`));

async function serving(machine: FakeMachine): Promise<void> {
  machine.metadata.set(STATE, 'InService');
  machine.health = 200;
  void machine.run('supervisor.py');
  await until(() => machine.log.includes('the load balancer may send requests'));
  expect(calls(machine, 'CONTINUE')).toHaveLength(1);
}
const listening = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

(hasPython ? describe : describe.skip)('life: supervisor.py', () => {
  it('completes the launch once the engine answers 200, then drains and lets go', async () => {
    await rehearse(quiet, async (machine) => {
      machine.metadata.set(STATE, 'InService');
      const ended = machine.run('supervisor.py');
      await machine.seen('/health');
      expect(machine.called()).toEqual([]);
      machine.health = 200;
      await until(() => calls(machine, 'CONTINUE').length === 1);
      expect(calls(machine, 'CONTINUE')[0]).toEqual(
        expect.arrayContaining(['launch', 'i-0123456789abcdef0']),
      );
      machine.metadata.set(STATE, 'Terminated');
      expect(await ended).toBe(0);
      expect(deeds(machine)).toEqual([
        'complete-lifecycle-action',
        'systemctl stop',
        'complete-lifecycle-action',
      ]);
      expect(machine.log).toMatch(/serving after \d+ s[\s\S]*running requests finish first[\s\S]*drained/);
    });
  });

  it('gives a machine up that never serves, and reports it', async () => {
    const impatient = (config: MachineConfig) => {
      config.launchSeconds = 0;
    };
    await rehearse(
      quiet,
      async (machine) => {
        machine.metadata.set(STATE, 'InService');
        void machine.run('supervisor.py');
        await until(() => calls(machine, 'ABANDON').length === 1 && machine.emitted.length === 1);
        expect(machine.emitted[0]).toMatchObject({ BootFailed: 1, AutoScalingGroupName: 'qwen35-35b' });
        expect(machine.log).toContain('giving this machine up');
      },
      { change: impatient },
    );
  });

  it('never gives up a launch that is over, also when the supervisor itself starts again', async () => {
    const impatient = (config: MachineConfig) => {
      config.launchSeconds = 0;
    };
    await rehearse(
      quiet,
      async (machine) => {
        await serving(machine);
        machine.kill();
        machine.health = 503;
        const ended = machine.run('supervisor.py');
        for (let i = 0; i < 3; i += 1) await machine.seen('/health');
        machine.metadata.set(STATE, 'Terminated');
        expect(await ended).toBe(0);
        expect(calls(machine, 'ABANDON')).toEqual([]);
        expect(machine.emitted).toEqual([]);
      },
      { change: impatient },
    );
  });

  it('stops while it still loads', async () => {
    await rehearse(quiet, async (machine) => {
      machine.metadata.set(STATE, 'Terminated');
      expect(await machine.run('supervisor.py')).toBe(0);
      expect(deeds(machine)).toEqual(['systemctl stop', 'complete-lifecycle-action']);
      expect(calls(machine, 'CONTINUE')[0]).toEqual(expect.arrayContaining(['drain']));
      expect(machine.log).toMatch(/terminating: stopping the engines[\s\S]*drained/);
    });
  });

  it('waits for the group to let go, and says once why it does not yet', async () => {
    const thirdTime = `n=$(cat "$0.n" 2>/dev/null || echo 0); echo $((n + 1)) > "$0.n"; [ "$n" -ge 2 ] || { ${noHookWaits}
}`;
    await rehearse({ ...quiet, aws: thirdTime }, async (machine) => {
      machine.metadata.set(STATE, 'Terminated');
      expect(await machine.run('supervisor.py')).toBe(0);
      expect(machine.log.match(/does not let go yet: .*No active Lifecycle Action/g)).toHaveLength(1);
      expect(machine.log).toContain('drained: the Auto Scaling group may terminate');
    });
  });

  it('leaves the load balancer on a spot notice, and lets running requests finish', async () => {
    await rehearse(quiet, async (machine) => {
      await serving(machine);
      const requests = machine.path('requests');
      writeFileSync(requests, '');
      machine.metadata.set('spot/instance-action', SPOT);
      await until(() => calls(machine, 'stop').length === 1);
      expect(deeds(machine)).toEqual(['complete-lifecycle-action', 'deregister-targets', 'systemctl stop']);
      expect(machine.log).not.toContain('engines stopped');
      machine.finish('requests');
      await until(() => machine.log.includes('engines stopped'));
      expect(machine.emitted).toMatchObject([{ SpotInterruption: 1 }]);
      expect(machine.log).toContain('spot notice: stopping the engines, running requests finish first');
    });
  });

  it('drains on a spot notice although AWS does not answer', async () => {
    await rehearse({ ...quiet, aws: 'exec sleep 60' }, async (machine) => {
      machine.metadata.set('spot/instance-action', SPOT);
      expect(await machine.run('supervisor.py')).toBe(0);
      expect(deeds(machine)).toEqual(['deregister-targets', 'systemctl stop']);
      expect(machine.log).toContain('no new requests: no answer from AWS in 2 s');
    });
  });

  it('sees a spot notice in time although every engine hangs', async () => {
    // Takes connections and never answers, as an engine whose event loop is stuck.
    const silent = createTcpServer(() => undefined);
    const port = await listening(silent);
    const eight = (config: MachineConfig) => {
      config.replicas = Array.from({ length: 8 }, () => ({ ...config.replicas[0]!, port }));
    };
    await rehearse(
      quiet,
      async (machine) => {
        machine.metadata.set(STATE, 'InService');
        const ended = machine.run('supervisor.py');
        await until(() => machine.asked(STATE) > 0);
        machine.metadata.set('spot/instance-action', SPOT);
        const before = performance.now();
        expect(await ended).toBe(0);
        // One after the other their time limits, a second each here, would add up to eight.
        expect(performance.now() - before).toBeLessThan(6000);
        expect(calls(machine, 'deregister-targets')).toHaveLength(1);
      },
      { change: eight },
    );
    silent.close();
  });

  it('kills an engine that served and hangs, so that systemd starts it again', async () => {
    await rehearse(quiet, async (machine) => {
      await serving(machine);
      machine.health = 503;
      await until(() => calls(machine, 'kill').length === 1);
      expect(calls(machine, 'kill')[0]).toEqual(['docker', 'kill', 'qwen-engine-0']);
      await until(() => machine.emitted.length === 1);
      expect(machine.emitted).toMatchObject([{ EngineRestarted: 1, AutoScalingGroupName: 'qwen35-35b' }]);
      expect(machine.log).toContain('engine 0 hangs: killed to start it again');
    });
  });

  it('leaves an engine alone that crashed and loads again, however long that takes', async () => {
    await rehearse(quiet, async (machine) => {
      await serving(machine);
      machine.health = undefined;
      writeFileSync(machine.path('systemctl.pid'), '200');
      await until(() => machine.log.includes('engine 0 has ended: started again'));
      for (let i = 0; i < 6; i += 1) await machine.seen('/health');
      expect(calls(machine, 'kill')).toEqual([]);
      expect(machine.emitted).toMatchObject([{ EngineRestarted: 1 }]);
      // Once it serves again, it is watched again.
      machine.health = 200;
      for (let i = 0; i < 2; i += 1) await machine.seen('/health');
      machine.health = 503;
      await until(() => calls(machine, 'kill').length === 1);
    });
  });

  it('keeps serving when one replica of several dies: no machine is given up, nothing deregistered', async () => {
    const second = createServer((_, response) => response.end());
    const port = await listening(second);
    const two = (config: MachineConfig) => {
      config.replicas[1]!.port = port;
    };
    await rehearse(
      quiet,
      async (machine) => {
        await serving(machine);
        second.close();
        second.closeAllConnections();
        writeFileSync(machine.path('systemctl.pid'), '0');
        await until(
          () => machine.log.includes('engine 1 has ended: started again') && machine.emitted.length > 0,
        );
        expect(machine.emitted).toMatchObject([{ EngineRestarted: 1 }]);
        expect(machine.log).not.toContain('engine 0');
        expect(deeds(machine)).toEqual(['complete-lifecycle-action']);
      },
      { plan: TWO_REPLICAS, change: two },
    );
  });

  it('calls an engine that was stopped by hand, the machine deregistered first, no restart', async () => {
    await rehearse(quiet, async (machine) => {
      await serving(machine);
      expect(await machine.run('supervisor.py', 'deregister')).toBe(0);
      machine.health = undefined;
      writeFileSync(machine.path('systemctl.pid'), '0');
      for (let i = 0; i < 6; i += 1) await machine.seen('/health');
      expect(machine.log).not.toContain('engine 0 has ended');
      expect(machine.emitted).toEqual([]);
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

(hasPython ? describe : describe.skip)('a crash loop: the units and give_up.py', () => {
  const oom = 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB';
  const crashes = `case "$1" in run) echo "${oom}" >&2; exit 1 ;; esac`;
  const template = templateOf();
  const read = (path: string) => template.machineFile(path);

  it('spends its restarts, reports it and abandons the launch', async () => {
    await rehearse({ docker: crashes, aws: '' }, async (machine) => {
      expect(await runUnit(machine, read, 'qwen-engine', '0')).toBe(RESTART_BUDGET);
      expect(calls(machine, 'run')).toHaveLength(RESTART_BUDGET);
      expect(machine.emitted).toMatchObject([{ EngineGaveUp: 1 }]);
      expect(calls(machine, 'ABANDON')).toHaveLength(1);
      expect(calls(machine, 'set-instance-health')).toEqual([]);
      expect(machine.journal).toContain(oom);
      expect(machine.log).toContain('qwen-engine-0 failed too often: giving this machine up');
    });
  });

  it('asks for another machine when this one was in service', async () => {
    await rehearse({ docker: crashes, aws: noHookWaits }, async (machine) => {
      await runUnit(machine, read, 'qwen-engine', '0');
      expect(calls(machine, 'set-instance-health')[0]).toEqual(
        expect.arrayContaining(['Unhealthy', '--no-should-respect-grace-period']),
      );
      expect(machine.log).toContain('the Auto Scaling group replaces this machine');
    });
  });

  it('tries again until AWS has heard it', async () => {
    const throttled = 'An error occurred (Throttling) when calling the operation: Rate exceeded';
    await rehearse({ docker: '', aws: `echo "${throttled}" >&2; exit 254` }, async (machine) => {
      // Which has systemd start it again: Restart=on-failure, without a start limit.
      expect(await machine.run('give_up.py', 'qwen-engine-0')).toBe(1);
      expect(machine.log).toContain(`the Auto Scaling group was not told: ${throttled}`);
    });
    const unit = read('/etc/systemd/system/qwen-give-up@.service');
    expect(unit).toMatch(/^Restart=on-failure$/m);
    expect(unit).toMatch(/^StartLimitIntervalSec=0$/m);
  });

  it('an engine whose secret is refused says so, and never starts without it', async () => {
    const denied = 'An error occurred (AccessDeniedException) when calling the GetSecretValue operation';
    const aws = `case "$*" in *get-secret-value*) echo "${denied}" >&2; exit 254 ;; esac`;
    await rehearse(
      { docker: '', aws },
      async (machine) => {
        await runUnit(machine, read, 'qwen-engine', '0');
        expect(calls(machine, 'run')).toEqual([]);
        expect(machine.log).toContain(`engine 0: secret apiKey (arn:key): ${denied}`);
        expect(machine.log).toContain('giving this machine up');
      },
      { secrets: { apiKey: 'arn:key' } },
    );
  });
});
