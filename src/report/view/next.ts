import type { Plan } from '../../plan/schema';
import { shellWord } from '../../vllm/quoting';

/** What to do with a plan, in order; commands as they are typed, after what starts the `program`. */
export function nextSteps(plan: Plan, file: string, program: string): string[] {
  const { quotas = [], engine } = plan;
  const typed = shellWord(file);
  return [
    `look at it in a browser: ${program} report ${typed} --html report.html`,
    ...quotas
      .filter((quota) => tooSmall(quota, plan))
      .map(({ request }) => `ask AWS for the quota, which can take days: "${request}"`),
    `check your account: ${program} preflight ${typed}`,
    `write the Terraform: ${program} synth ${typed}`,
    `once it runs, measure ${engine.servedModelName} and compare: ${program} bench --help`,
  ];
}

/** Vcpus that the fleet needs once it has grown as far as it may; nothing is to be asked for where the account has them. */
const tooSmall = (
  { vcpus, account }: NonNullable<Plan['quotas']>[number],
  { scaling, choice }: Plan,
): boolean => account === undefined || account.vcpus < (vcpus * scaling.maxInstances) / choice.instances;
