import type { Plan } from '../../plan/schema';

/** What to do with a plan, in order; commands as they are typed. */
export function nextSteps({ quotas = [], engine }: Plan, file: string): string[] {
  return [
    `look at it in a browser: qwen-selfhost report ${file} --html report.html`,
    ...quotas.map(({ request }) => `ask AWS for the quota, which can take days: "${request}"`),
    `check your account: qwen-selfhost preflight ${file}`,
    `write the Terraform: qwen-selfhost synth ${file}`,
    `once it runs, measure ${engine.servedModelName} and compare: qwen-selfhost bench --help`,
  ];
}
