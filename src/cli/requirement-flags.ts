import { type Command, Option } from 'commander';
import type { Override } from '../requirements/document';
import { REPEATABLE } from '../requirements/flag';
import { FLAGS, overridesOf } from '../requirements/flags';

/** Repeated flags add up. */
const collect = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value];

/** Adds the flags to a command and remembers what was given. */
export function addRequirementFlags(command: Command): Command {
  for (const flag of FLAGS) {
    const option = new Option(flag.flags, flag.help);
    if (REPEATABLE.has(flag.kind)) option.argParser(collect);
    command.addOption(option);
  }
  return command;
}

/** The given flags as overrides of the requirements document. */
export function requirementOverrides(command: Command): Override[] {
  return FLAGS.flatMap((flag) => {
    const attribute = new Option(flag.flags).attributeName();
    if (command.getOptionValueSource(attribute) !== 'cli') return [];
    const given = command.getOptionValue(attribute) as string | string[] | boolean;
    if (typeof given !== 'boolean') return overridesOf(flag, given);
    // Commander gives --thinking and --no-thinking one attribute.
    return given === (flag.kind === 'on') ? overridesOf(flag, '') : [];
  });
}
