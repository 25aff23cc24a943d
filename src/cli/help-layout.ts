import { Help, type HelpConfiguration } from 'commander';

/** Longer terms have their description on the lines below. */
const WIDEST_TERM = 30;
const NARROWEST_DESCRIPTION = 16;
const INDENT = '  ';
const GAP = '  ';

/** Help for terminals of any width: descriptions beside their terms, broken where the terminal ends. */
export const HELP_LAYOUT: HelpConfiguration = {
  minWidthToWrap: NARROWEST_DESCRIPTION,
  // Names alone leave room for the descriptions on 80 columns; a command's own help has its arguments.
  subcommandTerm: (command) => command.name(),
  padWidth: (command, helper) => Math.min(WIDEST_TERM, new Help().padWidth.call(helper, command, helper)),
  formatItem(this: Help, term, termWidth, description, helper) {
    const columns = helper.helpWidth ?? 80;
    const beside = INDENT.length + termWidth + GAP.length;
    const text = helper.boxWrap(description, Math.max(NARROWEST_DESCRIPTION, columns - beside));
    const below = `\n${' '.repeat(beside)}`;
    if (description === '') return INDENT + term;
    const lines = text.replaceAll('\n', below);
    return term.length > termWidth
      ? `${INDENT}${term}${below}${lines}`
      : `${INDENT}${term.padEnd(termWidth)}${GAP}${lines}`;
  },
};
