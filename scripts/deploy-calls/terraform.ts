import { spawnSync } from 'node:child_process';

/** Where Terraform runs, and how it gets its provider and reaches the emulator. */
export interface Workshop {
  /** AWS-compatible endpoint, for example a moto server. */
  readonly endpoint: string;
  /** Folder for `terraform init -plugin-dir`; null to use the registry. */
  readonly plugins: string | null;
  /** Where the provider's log goes; null for no log. */
  readonly log: string | null;
}

const LIMIT_MS = 15 * 60_000;

/** Runs one Terraform command in a folder. @throws with the end of its output when it fails */
export function terraform(workshop: Workshop, folder: string, ...words: string[]): string {
  const environment = {
    ...process.env,
    AWS_ENDPOINT_URL: workshop.endpoint,
    AWS_ACCESS_KEY_ID: 'emulated',
    AWS_SECRET_ACCESS_KEY: 'emulated',
    AWS_EC2_METADATA_DISABLED: 'true',
    CHECKPOINT_DISABLE: '1',
    TF_VAR_api_key: 'emulated',
    TF_VAR_hugging_face_token: 'emulated',
    TF_IN_AUTOMATION: '1',
    ...(workshop.log === null ? {} : { TF_LOG_PROVIDER: 'DEBUG', TF_LOG_PATH: workshop.log }),
  };
  const done = spawnSync('terraform', [`-chdir=${folder}`, ...words], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: environment,
    maxBuffer: 64 * 2 ** 20,
  });
  if (done.status !== 0)
    throw new Error(
      `terraform ${words[0]} in ${folder}: ${(done.stderr || done.stdout || String(done.error)).trim().slice(-2000)}`,
    );
  return done.stdout;
}

export function init(workshop: Workshop, folder: string): void {
  const from = workshop.plugins === null ? [] : [`-plugin-dir=${workshop.plugins}`];
  terraform(workshop, folder, 'init', '-input=false', '-no-color', ...from);
}

export const apply = (workshop: Workshop, folder: string): string =>
  terraform(workshop, folder, 'apply', '-auto-approve', '-input=false', '-no-color');

export const destroy = (workshop: Workshop, folder: string): string =>
  terraform(workshop, folder, 'destroy', '-auto-approve', '-input=false', '-no-color');
