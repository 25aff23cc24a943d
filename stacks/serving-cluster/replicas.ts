import type { Plan } from '../../src/plan/schema';
import { gpusPerReplica } from '../../src/vllm/layout';

/** The port that the load balancer reaches on a machine: the engine's own, or the local proxy's. */
export const SERVICE_PORT = 8000;

/** Where one engine of a machine listens, and on which GPUs it runs. */
export interface Replica {
  readonly host: string;
  readonly port: number;
  readonly gpus: readonly number[];
}

/** The engines of one machine. A single one serves directly; several stand on ports after the proxy's, each with GPUs of its own. */
export function replicasOf(plan: Plan): readonly Replica[] {
  const gpus = gpusPerReplica(plan.choice.layout);
  const alone = plan.choice.replicasPerInstance === 1;
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
