import type { Plan } from '../../src/plan/schema';
import { Template } from '../../test/stacks/template';

type Blocks = Record<string, Record<string, unknown>>;

/** A Terraform configuration as JSON, by what is changed for the emulator. */
export interface Configuration {
  terraform: { required_providers: { aws: { version: string } }; backend?: unknown };
  provider: { aws: Record<string, unknown>[] };
  resource: Record<string, Blocks>;
  data: Record<string, Blocks>;
}

/** moto 5.2 has no such services; what these kinds call is in unrecorded.json. */
const NOT_EMULATED = ['aws_budgets_budget', 'aws_ce_anomaly_subscription'];
/** An image parameter that moto has: it knows no Deep Learning AMI. */
const PARAMETER = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/**
 * A plan's stack, changed as little as the emulator demands: a local state, things that it has in place of the plan's.
 * @param standIns what to write for names of things that the plan refers to and does not make
 * @param provider version of the AWS provider; null for the stack's
 */
export function forEmulator(
  plan: Plan,
  standIns: Readonly<Record<string, string>>,
  provider: string | null,
): string {
  let text = new Template(plan).text;
  for (const [name, standIn] of Object.entries(standIns)) text = text.replaceAll(name, standIn);
  const stack = JSON.parse(text) as Configuration;
  delete stack.terraform.backend;
  if (provider !== null) stack.terraform.required_providers.aws.version = provider;
  Object.assign(stack.provider.aws[0]!, {
    skip_credentials_validation: true,
    skip_metadata_api_check: true,
    s3_use_path_style: true,
    // A call that the emulator does not know fails at once rather than after minutes.
    max_retries: 2,
  });
  for (const type of NOT_EMULATED) delete stack.resource[type];
  for (const parameter of Object.values(stack.data.aws_ssm_parameter ?? {})) parameter.name = PARAMETER;
  // moto has no instance refresh either, and wants a source where CodeBuild needs none.
  for (const group of Object.values(stack.resource.aws_autoscaling_group ?? {}))
    delete group.instance_refresh;
  for (const project of Object.values(stack.resource.aws_codebuild_project ?? {}))
    Object.assign(project.source as object, { type: 'GITHUB', location: 'https://github.com/none/none.git' });
  // On one line, errors of Terraform would quote the whole configuration.
  return JSON.stringify(stack, null, 1);
}
