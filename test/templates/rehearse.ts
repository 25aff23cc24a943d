import { makePlan, type PlanOverrides } from '../stacks/make-plan';
import { FakeMachine, type MachineConfig } from './machine';

/** What the fleet serves, as an earlier machine has written it down. */
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const BASE: PlanOverrides = { storage: { weightsOnLocalNvme: false } };

/** What is other than on the usual stand-in machine: one engine, no secrets. */
export interface Circumstances {
  readonly plan?: PlanOverrides;
  readonly change?: (config: MachineConfig) => void;
  readonly secrets?: Record<string, string>;
}

/** Runs a test on a stand-in machine with these commands, gone afterwards. */
export async function rehearse(
  commands: Record<string, string>,
  test: (machine: FakeMachine) => Promise<void>,
  { plan = {}, change, secrets }: Circumstances = {},
): Promise<void> {
  const small = (config: MachineConfig) => {
    config.engine.checkpointBytes = 100;
    change?.(config);
  };
  const all = {
    systemctl: '',
    aws: `case "$*" in *get-parameter*) echo '[[1, "main"], [2, "${COMMIT}"]]' ;; esac`,
    ...commands,
  };
  const machine = await FakeMachine.start(makePlan({ ...BASE, ...plan }), all, small, secrets);
  try {
    await test(machine);
  } finally {
    machine.stop();
  }
}

/** Waits for what a program does in its own time. */
export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 600 && !holds(); i += 1) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(holds()).toBe(true);
}

/** The calls of a command that hold a word. */
export const calls = (machine: FakeMachine, word: string): string[][] =>
  machine.called().filter((call) => call.includes(word));
