import { type Finding, fail, pass, warn } from './finding';

/** Runs a program and gives its output; null when it is not installed or fails. */
export type RunProgram = (name: string, words: readonly string[]) => Promise<string | null>;

/** What the synthesised stack asks for (stacks/plan-stack.ts). */
export const LEAST_TERRAFORM = [1, 11] as const;
const AWS_PROVIDER = /\/hashicorp\/aws$/;

interface VersionAnswer {
  readonly terraform_version?: string;
  readonly provider_selections?: Readonly<Record<string, string>>;
}

interface Stack {
  readonly folder: string;
  /** Version constraint of the AWS provider in the synthesised stack. */
  readonly provider: string | null;
}

/** Terraform or OpenTofu, new enough, and the AWS provider where the stack is initialised. */
export async function tools(run: RunProgram, stack: Stack | null): Promise<Finding[]> {
  const check = 'Terraform';
  for (const [program, name] of [
    ['terraform', 'Terraform'],
    ['tofu', 'OpenTofu'],
  ] as const) {
    const folder = stack === null ? [] : [`-chdir=${stack.folder}`];
    const answer = versionOf(await run(program, [...folder, 'version', '-json']));
    if (answer?.terraform_version === undefined) continue;
    const version = answer.terraform_version;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const enough =
      major > LEAST_TERRAFORM[0] || (major === LEAST_TERRAFORM[0] && minor >= LEAST_TERRAFORM[1]);
    const least = LEAST_TERRAFORM.join('.');
    const found = enough
      ? pass(check, `${name} ${version}`)
      : fail(
          check,
          `${name} ${version}, the stack needs ${least} or newer`,
          `install ${name} ${least} or newer`,
        );
    return [found, provider(answer, stack)];
  }
  return [
    fail(
      check,
      'neither terraform nor tofu is on the PATH',
      `install Terraform or OpenTofu ${LEAST_TERRAFORM.join('.')} or newer`,
    ),
  ];
}

function provider({ provider_selections = {} }: VersionAnswer, stack: Stack | null): Finding {
  const check = 'AWS provider';
  if (stack === null) return pass(check, "comes with 'terraform init' after 'qwen-selfhost synth'");
  const selected = Object.entries(provider_selections).find(([name]) => AWS_PROVIDER.test(name))?.[1];
  if (selected === undefined) return pass(check, `comes with 'terraform init' in ${stack.folder}`);
  if (stack.provider === null || stack.provider === selected) return pass(check, selected);
  return warn(
    check,
    `${selected} is selected, the stack was made for ${stack.provider}`,
    `terraform -chdir=${stack.folder} init -upgrade`,
  );
}

function versionOf(output: string | null): VersionAnswer | null {
  if (output === null) return null;
  try {
    return JSON.parse(output) as VersionAnswer;
  } catch {
    return null;
  }
}
