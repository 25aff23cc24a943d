import { createHash } from 'node:crypto';
import { serializePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';

/** The lifecycle hooks: one holds a machine until it serves, the other while it drains. */
export const LAUNCH_HOOK = 'launch';
export const DRAIN_HOOK = 'drain';

/**
 * The group's name is fixed, not generated: the machine's role is limited to it, and the machine names it when it
 * has drained.
 */
export const groupName = (plan: Plan): string => plan.name;

export const logGroupPrefix = (plan: Plan): string => `/qwen-selfhost/${plan.name}`;

/** The log groups by what is in them. */
export const logGroupNames = (plan: Plan) => ({
  engines: logGroupPrefix(plan),
  telemetry: `${logGroupPrefix(plan)}-telemetry`,
  flows: `${logGroupPrefix(plan)}-flows`,
});

/** AWS WAF writes to log groups of this prefix only. */
export const wafLogGroupName = (plan: Plan): string => `aws-waf-logs-qwen-selfhost-${plan.name}`;

/** Tag that marks everything of a plan; the provider's default tags do not reach what a launch template creates. */
export const PLAN_TAG = 'qwen-selfhost:plan';

export function tagsOf(plan: Plan): Record<string, string> {
  return { ...plan.requirements.tags, [PLAN_TAG]: plan.name };
}

/**
 * The tags of what Terraform itself manages: also which plan it was made from. Not on machines: there a new hash would be
 * a new launch template, and a plan that differs in a note would replace the fleet.
 */
export function stackTagsOf(plan: Plan): Record<string, string> {
  const hash = createHash('sha256').update(serializePlan(plan)).digest('hex').slice(0, 12);
  return { ...tagsOf(plan), 'qwen-selfhost:plan-hash': hash };
}
