import type { Plan } from '../../src/plan/schema';
import { isPrivateEcr } from '../../src/requirements/deployment';

/**
 * HAProxy 3.2 has long-term support until 2030. From ECR Public, whose anonymous pull limits are wider than Docker
 * Hub's, shared by all machines behind one NAT gateway.
 */
const PROXY = {
  repository: 'public.ecr.aws/docker/library/haproxy',
  suffix: 'haproxy',
  tag: '3.2.24-alpine',
};
/** Target Optimizer's agent. AWS documents this tag and no other. */
const AGENT = {
  repository: 'public.ecr.aws/aws-elb/target-optimizer/target-control-agent',
  suffix: 'target-control-agent',
  tag: 'latest',
};

/** The engine's image: the user's, by digest where that gives one, else the plan's. */
export const engineImage = ({ requirements, engine }: Plan): string =>
  requirements.deployment.image ?? engine.image;

/** A helper's image: where the engine's is a copy in private ECR, the copy beside it (`<repository>-<suffix>`). */
function helper(plan: Plan, { repository, suffix, tag }: typeof PROXY): string {
  const engine = engineImage(plan);
  if (!isPrivateEcr(engine)) return `${repository}:${tag}`;
  return `${engine.replace(/@.*$/, '').replace(/:[^/:]*$/, '')}-${suffix}:${tag}`;
}

export const proxyImage = (plan: Plan): string => helper(plan, PROXY);
export const agentImage = (plan: Plan): string => helper(plan, AGENT);
