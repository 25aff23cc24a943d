import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One command may take so long: an apply waits for the slowest of its resources. */
const LIMIT_MS = 10 * 60_000;

/** How Terraform (or OpenTofu) is called. */
export interface Tool {
  readonly binary: string;
  /** A folder that holds the provider, where the registry is out of reach. */
  readonly plugins: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/** The Terraform or OpenTofu of this machine, with an emulator's credentials where AWS_ENDPOINT_URL names one. */
export function terraformHere(): Tool | undefined {
  const { AWS_ENDPOINT_URL: endpoint, QWEN_TERRAFORM_PLUGINS: plugins } = process.env;
  const binary = ['terraform', 'tofu'].find((name) => spawnSync(name, ['version']).status === 0);
  if (binary === undefined) return undefined;
  // An emulator takes any credentials, and must never get real ones.
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_PROFILE: '' };
  return {
    binary,
    plugins,
    environment: {
      ...process.env,
      ...(endpoint === undefined ? {} : credentials),
      AWS_EC2_METADATA_DISABLED: 'true',
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
    },
  };
}

/** A command that failed, with what it said at the end. */
export class TerraformError extends Error {}

/** A folder with a configuration, and Terraform run in it. */
export class Workspace {
  constructor(
    private readonly tool: Tool,
    readonly folder: string,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  write(name: string, document: unknown): void {
    writeFileSync(join(this.folder, name), JSON.stringify(document, null, 1));
  }

  /**
   * What a command wrote to its standard output.
   * @throws TerraformError naming the command, with the end of what it said
   */
  async run(command: string, ...words: string[]): Promise<string> {
    const { binary, environment } = this.tool;
    const child = spawn(binary, [`-chdir=${this.folder}`, command, ...words], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGINT',
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.err += chunk;
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (code !== 0) {
      const end = (said.err || said.out).trim().slice(-2000);
      throw new TerraformError(
        code === null ? `${command}: not done in ${LIMIT_MS / 1000} s` : `${command}: ${end}`,
      );
    }
    return said.out;
  }

  init(): Promise<string> {
    const { plugins } = this.tool;
    const from = plugins === undefined ? [] : [`-plugin-dir=${plugins}`];
    return this.run('init', '-input=false', '-no-color', ...from);
  }

  apply(...words: string[]): Promise<string> {
    return this.run('apply', '-auto-approve', '-input=false', '-no-color', '-parallelism=30', ...words);
  }

  destroy(...words: string[]): Promise<string> {
    return this.run('destroy', '-auto-approve', '-input=false', '-no-color', '-parallelism=30', ...words);
  }

  /** Outputs by name. */
  async outputs<T>(): Promise<T> {
    const found = JSON.parse(await this.run('output', '-json')) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(found).map(([name, { value }]) => [name, value])) as T;
  }
}
