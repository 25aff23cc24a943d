import type { Rule } from '../rule';

export const rule: Rule = {
  ids: ['own'],
  says: 'a sensitive variable is ephemeral: in neither state nor plan file',
  check: (configuration) =>
    Object.entries(configuration.variable ?? {})
      .filter(([, v]) => v.sensitive !== true || v.ephemeral !== true)
      .map(([id]) => `variable.${id}`),
  fails: { variable: { x: { sensitive: true } } },
  passes: { variable: { x: { sensitive: true, ephemeral: true } } },
};
