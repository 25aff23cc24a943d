import type { Plan } from '../../src/plan/schema';
import { gpusPerReplica } from '../../src/vllm/layout';

/** The port that the load balancer reaches on a machine: the engine's own, or the local proxy's. */
export const SERVICE_PORT = 8000;
/** Where the local proxy listens when Target Optimizer's agent has taken the service port. */
const PROXY_BEHIND_AGENT_PORT = 8100;

/** From the service port to the proxy's: what a machine listens on. */
export const MACHINE_PORTS = [SERVICE_PORT, PROXY_BEHIND_AGENT_PORT] as const;

/** An address on a machine that takes requests. */
export interface Front {
  readonly host: string;
  readonly port: number;
}

/** Target Optimizer's agent takes the service port from whatever had it: that then listens locally. */
const behindAgent = ({ requirements }: Plan): boolean => requirements.network.targetControlPort !== null;

/** Whether TLS from the load balancer ends on the machine, at the local proxy: engines then listen locally, in clear. */
export const encrypted = ({ requirements }: Plan): boolean => requirements.network.encryptToMachines;

/** Whether a local proxy stands before the engines of a machine. */
export const hasProxy = (plan: Plan): boolean => plan.choice.replicasPerInstance > 1 || encrypted(plan);

/** Where the local proxy listens. */
export const proxyFront = (plan: Plan): Front =>
  behindAgent(plan) ? { host: '127.0.0.1', port: PROXY_BEHIND_AGENT_PORT } : { host: '', port: SERVICE_PORT };

/** Where Target Optimizer's agent sends requests on: the proxy, or the only engine. */
export function agentDestination(plan: Plan): Front {
  return hasProxy(plan) ? proxyFront(plan) : replicasOf(plan)[0]!;
}

/** Requests that the engines of one machine run at once. */
export const machineConcurrency = ({ engine, choice }: Plan): number =>
  engine.maxNumSeqs * choice.replicasPerInstance * choice.layout.dataParallel;

/**
 * Requests in flight at which the fleet grows, as one sample of vLLM's gauges counts them: each data-parallel rank reports
 * its own (label `engine`, vllm/v1/metrics/loggers.py), so CloudWatch's average over the fleet is a rank's.
 */
export const targetPerRank = ({ scaling, choice }: Plan): number =>
  scaling.targetConcurrencyPerReplica / choice.layout.dataParallel;

/** What sends one sample of vLLM's gauges, for people. */
export const rankName = ({ choice }: Plan): string =>
  choice.layout.dataParallel === 1 ? 'replica' : 'data-parallel rank';

/** Where one engine of a machine listens, and on which GPUs it runs. */
export interface Replica {
  readonly host: string;
  readonly port: number;
  readonly gpus: readonly number[];
}

/** The engines of one machine. A single one serves directly; those behind a proxy or an agent stand on ports after it, each with GPUs of its own. */
export function replicasOf(plan: Plan): readonly Replica[] {
  const gpus = gpusPerReplica(plan.choice.layout);
  const alone = !hasProxy(plan) && !behindAgent(plan);
  return Array.from({ length: plan.choice.replicasPerInstance }, (_, index) => ({
    host: alone ? '0.0.0.0' : '127.0.0.1',
    port: alone ? SERVICE_PORT : SERVICE_PORT + 1 + index,
    gpus: Array.from({ length: gpus }, (_, offset) => index * gpus + offset),
  }));
}

/** The plan's arguments less `--host` and `--port`: addresses differ per engine, all else is the plan's word for word. */
export function argumentsWithoutAddress(plan: Plan): readonly string[] {
  const words = plan.engine.arguments;
  return words.filter((word, index) => {
    const before = words[index - 1];
    return !/^--(host|port)(=|$)/.test(word) && before !== '--host' && before !== '--port';
  });
}

/** The value of a flag in the plan's engine arguments, whichever way it is written; undefined when absent. */
export function argumentValue(plan: Plan, flag: string): string | undefined {
  const words = plan.engine.arguments;
  const joined = words.find((word) => word.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  const at = words.indexOf(flag);
  return at < 0 ? undefined : words[at + 1];
}
