import type { Plan } from '../../src/plan/schema';

/** The lifecycle hook that holds a machine while it drains. */
export const DRAIN_HOOK = 'drain';

/**
 * The group's name is fixed, not generated: the machine's role is limited to it, and the machine names it when it
 * has drained.
 */
export const groupName = (plan: Plan): string => plan.name;

export const logGroupName = (plan: Plan): string => `/qwen-selfhost/${plan.name}`;

/** Tag that marks everything of a plan; the provider's default tags do not reach what a launch template creates. */
export function tagsOf(plan: Plan): Record<string, string> {
  return { ...plan.requirements.tags, 'qwen-selfhost:plan': plan.name };
}
