import type { FakeMachine } from './machine';

/** Directives of a unit file by name; of a repeated one the last, as systemd reads those that are asked for here. */
function directives(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, key, value]) => [key!, value!]));
}

/**
 * As much of systemd as a crash loop needs: a unit with `Restart=always` is started again until its start limit is spent
 * within the interval; then its OnFailure unit runs. Pauses between starts are left out, as is the interval's end.
 * @param read text of a unit file on the machine
 * @returns how often the unit was started
 */
export async function runUnit(
  machine: FakeMachine,
  read: (path: string) => string,
  prefix: string,
  instance: string,
): Promise<number> {
  const folder = '/etc/systemd/system';
  const unit = directives(
    read(`${folder}/${prefix}@.service`) + read(`${folder}/${prefix}@.service.d/plan.conf`),
  );
  const fill = (text: string, of: string, at: string) => text.replaceAll('%p', of).replaceAll('%i', at);
  const start = (directive: string, of: string, at: string): Promise<number> => {
    const [interpreter, program, ...words] = fill(directive, of, at).split(' ');
    expect(interpreter).toBe('/usr/bin/python3');
    return machine.run(program!.replace('/opt/qwen-selfhost/', ''), ...words);
  };
  expect(unit.get('Restart')).toBe('always');
  const limit = Number(unit.get('StartLimitBurst'));
  for (let starts = 0; starts < limit; starts += 1) {
    await start(unit.get('ExecStart')!, prefix, instance);
  }
  const [, failed, at] = /^(.*)@(.*)\.service$/.exec(fill(unit.get('OnFailure')!, prefix, instance))!;
  const last = directives(read(`${folder}/${failed}@.service`));
  await start(last.get('ExecStart')!, failed!, at!);
  return limit;
}
