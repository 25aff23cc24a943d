import { UserError } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { WORST_OVER_P95, worstTtftSeconds } from '../../src/plan/silence';
import { gpusPerReplica } from '../../src/vllm/layout';
import { ADAPTER_INVARIANTS } from './invariants-adapters';
import { type Invariant, OPERATION_INVARIANTS, unless } from './invariants-operation';
import { argumentValue } from './replicas';

/** AWS's own limits, so that a plan made elsewhere fails here and not half-way through an apply. */
const IDLE_LIMIT_SECONDS = 4000;

/**
 * The longest silence a request of this plan may show. A stream is silent until its first token, any other request
 * until its end.
 */
function longestSilenceSeconds(plan: Plan): { seconds: number; what: string } {
  return plan.requirements.workload.streaming
    ? {
        seconds: worstTtftSeconds(plan.predicted.ttftP95Seconds.high),
        what: `the worst TTFT, ${WORST_OVER_P95} times the upper end of the predicted 95th percentile`,
      }
    : {
        seconds: plan.timeoutsSeconds.longestRequest,
        what: 'the longest planned request, not every client streams',
      };
}

/** The relations between a plan's numbers that the stack relies on (design.md, 'What must hold' 6). */
export const INVARIANTS: readonly Invariant[] = [
  {
    name: 'deregistration-outlasts-requests',
    check: ({ timeoutsSeconds: t }) =>
      unless(
        t.deregistrationDelay >= t.longestRequest,
        `deregistration delay ${t.deregistrationDelay} s is shorter than the longest planned request, ${t.longestRequest} s: ` +
          'requests would be cut off; raise timeoutsSeconds.deregistrationDelay or shorten the outputs',
      ),
  },
  {
    name: 'systemd-outlasts-engine',
    check: ({ timeoutsSeconds: t }) =>
      // The container's own time-out lies between the two (machine-config.ts).
      unless(
        t.systemdStop >= t.engineShutdown + 2,
        `systemd's stop timeout ${t.systemdStop} s is not 2 s above the engine's shutdown timeout, ${t.engineShutdown} s: ` +
          'the engine would be killed while it drains; raise timeoutsSeconds.systemdStop',
      ),
  },
  {
    name: 'hook-outlasts-systemd',
    check: ({ timeoutsSeconds: t }) =>
      unless(
        t.lifecycleHeartbeat > t.systemdStop,
        `lifecycle heartbeat ${t.lifecycleHeartbeat} s is not above systemd's stop timeout, ${t.systemdStop} s: ` +
          'the machine would be terminated while it drains; raise timeoutsSeconds.lifecycleHeartbeat',
      ),
  },
  {
    name: 'idle-outlasts-silence',
    check: (plan) => {
      const { seconds, what } = longestSilenceSeconds(plan);
      const idle = plan.timeoutsSeconds.loadBalancerIdle;
      return unless(
        idle >= seconds,
        `load balancer idle timeout ${idle} s is shorter than ${seconds} s, ${what}: callers would get 504; ` +
          (seconds > IDLE_LIMIT_SECONDS
            ? `no load balancer waits above ${IDLE_LIMIT_SECONDS} s, so shorten the outputs or have every client stream`
            : 'raise timeoutsSeconds.loadBalancerIdle'),
      );
    },
  },
  {
    name: 'idle-within-limit',
    check: ({ timeoutsSeconds: t }) =>
      unless(
        t.loadBalancerIdle <= IDLE_LIMIT_SECONDS,
        `load balancer idle timeout ${t.loadBalancerIdle} s is above AWS's limit of ${IDLE_LIMIT_SECONDS} s; ` +
          'shorten the outputs or have every client stream',
      ),
  },
  {
    name: 'keep-alive-outlasts-idle',
    check: ({ timeoutsSeconds: t }) =>
      unless(
        t.engineKeepAlive > t.loadBalancerIdle,
        `engine keep-alive ${t.engineKeepAlive} s is not above the load balancer's idle timeout, ${t.loadBalancerIdle} s: ` +
          'the engine would close connections that are about to be used (502); raise timeoutsSeconds.engineKeepAlive',
      ),
  },
  {
    // The engine takes its own copies of two of these numbers; they must be the same ones.
    name: 'engine-keep-alive-as-planned',
    check: ({ engine, timeoutsSeconds: t }) => {
      const given = engine.environment.VLLM_HTTP_TIMEOUT_KEEP_ALIVE;
      return unless(
        given === String(t.engineKeepAlive),
        `engine environment VLLM_HTTP_TIMEOUT_KEEP_ALIVE is ${given ?? 'absent (5 s)'}, the plan's engine keep-alive is ` +
          `${t.engineKeepAlive} s; make both ${t.engineKeepAlive}`,
      );
    },
  },
  {
    name: 'engine-shutdown-as-planned',
    check: (plan) => {
      const given = argumentValue(plan, '--shutdown-timeout');
      const planned = plan.timeoutsSeconds.engineShutdown;
      return unless(
        given === String(planned),
        `engine argument --shutdown-timeout is ${given ?? 'absent (0 s: running requests are dropped)'}, the plan's engine ` +
          `shutdown timeout is ${planned} s; make both ${planned}`,
      );
    },
  },
  {
    name: 'target-below-batch',
    check: ({ scaling, engine, choice }) => {
      // max-num-seqs is a data-parallel rank's, the target a replica's.
      const slots = engine.maxNumSeqs * choice.layout.dataParallel;
      return unless(
        scaling.targetConcurrencyPerReplica < slots,
        `scaling target ${scaling.targetConcurrencyPerReplica} requests per replica is not below its slots, max-num-seqs in all ` +
          `${slots}: the group would grow only once requests wait; lower scaling.targetConcurrencyPerReplica`,
      );
    },
  },
  {
    name: 'group-sizes-in-order',
    check: ({ scaling: s, choice }) =>
      unless(
        s.minInstances <= choice.instances && choice.instances <= s.maxInstances,
        `${choice.instances} instances lie outside scaling.minInstances ${s.minInstances} to scaling.maxInstances ${s.maxInstances}; ` +
          'widen the range',
      ),
  },
  {
    name: 'gpus-suffice',
    check: ({ choice }) => {
      const needed = gpusPerReplica(choice.layout) * choice.replicasPerInstance;
      return unless(
        needed <= choice.gpusPerInstance,
        `${choice.replicasPerInstance} replicas take ${needed} GPUs, ${choice.instanceType} has ${choice.gpusPerInstance}; ` +
          'lower choice.replicasPerInstance or the parallelism',
      );
    },
  },
  {
    name: 'load-balancer-zones',
    check: ({ choice }) => {
      const zones = new Set(choice.loadBalancerZoneIds).size;
      return unless(
        zones >= 2,
        `the load balancer stands in ${zones} zone, AWS asks for 2; add a zone to choice.loadBalancerZoneIds`,
      );
    },
  },
  {
    name: 'machine-zones-as-required',
    check: ({ choice, requirements }) => {
      const zones = new Set(choice.zoneIds).size;
      return unless(
        zones >= requirements.minZones,
        `machines stand in ${zones} zone(s), ${requirements.minZones} are required; choose an instance type that more zones ` +
          'offer or lower minZones',
      );
    },
  },
  {
    // Targets in a zone where the load balancer is not enabled get no traffic.
    name: 'machine-zones-reachable',
    check: ({ choice }) => {
      const missing = choice.zoneIds.filter((zone) => !choice.loadBalancerZoneIds.includes(zone));
      return unless(
        missing.length === 0,
        `machines stand in ${missing.join(', ')}, the load balancer only in ${choice.loadBalancerZoneIds.join(', ')}; ` +
          'add the zone to choice.loadBalancerZoneIds',
      );
    },
  },
  ...OPERATION_INVARIANTS,
  ...ADAPTER_INVARIANTS,
];

/** @throws UserError for the first invariant that a plan breaks */
export function checkInvariants(plan: Plan): void {
  for (const { name, check } of INVARIANTS) {
    const problem = check(plan);
    if (problem !== undefined) throw new UserError(`plan ${plan.name}: ${problem} [${name}]`);
  }
}
