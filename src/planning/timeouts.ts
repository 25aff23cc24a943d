import { UserError } from '../errors';
import type { Plan } from '../plan/schema';
import { worstTtftSeconds } from '../plan/silence';
import type { Requirements } from '../requirements/requirements';

type Timeouts = Plan['timeoutsSeconds'];

/** AWS limits: ALB idle timeout 4,000 s, target deregistration 3,600 s, lifecycle-hook heartbeat 7,200 s. */
const LONGEST_IDLE_SECONDS = 4000;
const LONGEST_DRAIN_SECONDS = 3600;
const SHORTEST_IDLE_SECONDS = 60;

/**
 * Time-outs that let every planned request finish. The longest planned request is a p95 one at the pessimistic end
 * of both predictions, with a factor of 1.5 for what is longer still.
 * @throws UserError when a request would outlive what the load balancer allows
 */
export function planTimeouts(
  requirements: Requirements,
  predicted: { readonly ttftHighSeconds: number; readonly tpotHighSeconds: number },
  coldStart: number,
): Timeouts {
  const { workload } = requirements;
  const whole = predicted.ttftHighSeconds + workload.outputTokens.p95 * predicted.tpotHighSeconds;
  const longestRequest = Math.max(30, Math.ceil(1.5 * whole));
  // Streaming clients hear something after the first token; others hear nothing until the end.
  const silence = workload.streaming ? worstTtftSeconds(predicted.ttftHighSeconds) : longestRequest;
  const loadBalancerIdle = Math.max(SHORTEST_IDLE_SECONDS, silence);
  if (workload.streaming && loadBalancerIdle > LONGEST_IDLE_SECONDS) {
    throw new UserError(
      `a stream may be silent for ${silence} s until its first token, and the load balancer waits ${LONGEST_IDLE_SECONDS} s at most; ask for a faster TTFT or shorten inputTokens`,
      1,
    );
  }
  if (loadBalancerIdle > LONGEST_IDLE_SECONDS || longestRequest > LONGEST_DRAIN_SECONDS) {
    throw new UserError(
      `a request may take ${longestRequest} s, and the load balancer waits ${LONGEST_IDLE_SECONDS} s and drains ${LONGEST_DRAIN_SECONDS} s at most; shorten outputTokens, ask for a faster TPOT, or set streaming: true if every client streams`,
      1,
    );
  }
  const engineShutdown = longestRequest;
  const systemdStop = engineShutdown + 30;
  return {
    longestRequest,
    loadBalancerIdle,
    engineKeepAlive: loadBalancerIdle + 15,
    deregistrationDelay: longestRequest,
    engineShutdown,
    systemdStop,
    lifecycleHeartbeat: systemdStop + 60,
    coldStart,
  };
}
