import './one-realm';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export { cli } from '../cli/harness';

/** Environment of a test that talks to a local server: no real profile, no real credentials, no metadata service. */
export const localEnvironment = (url: string, folder: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  AWS_REGION: 'us-east-1',
  AWS_CONFIG_FILE: `${folder}/aws-config`,
  AWS_SHARED_CREDENTIALS_FILE: `${folder}/aws-credentials`,
  AWS_EC2_METADATA_DISABLED: 'true',
  XDG_DATA_HOME: `${folder}/data`,
});

const NAMES = [
  ...Object.keys(localEnvironment('', '')),
  'AWS_PROFILE',
  'QWEN_SELFHOST_CATALOGUE',
  'HF_ENDPOINT',
  'HF_TOKEN',
  'AWS_SESSION_TOKEN',
  'AWS_DEFAULT_REGION',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  'HOME',
  'PATH',
];

/** Sets the environment for a test and returns how to put it back. */
export function setEnvironment(values: Readonly<Record<string, string>>): () => void {
  const before = NAMES.map((name) => [name, process.env[name]] as const);
  for (const name of NAMES) delete process.env[name];
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

/** PATH of a machine with this Terraform, whatever is installed here. */
export function withTerraform(folder: string, version = '1.11.4'): { PATH: string } {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const answer = JSON.stringify({ terraform_version: version, provider_selections: {} });
  writeFileSync(join(bin, 'terraform'), `#!/bin/sh\necho '${answer}'\n`);
  chmodSync(join(bin, 'terraform'), 0o755);
  return { PATH: `${bin}:${process.env.PATH ?? ''}` };
}
