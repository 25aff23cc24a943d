import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../src/plan/schema';
import { synthPlans } from '../../stacks/synth';
import { makePlan, type PlanOverrides } from './make-plan';

export type Block = Record<string, unknown>;
type Blocks = Record<string, Record<string, Block>>;

/** Runs something in a folder of its own, gone afterwards. */
export function inScratch<T>(action: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'qwen-selfhost-test-'));
  try {
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that cloud-init writes, decoded. */
export interface MachineFile {
  readonly path: string;
  readonly permissions: string;
  readonly content: string;
}

/** What user data has cloud-init write. */
export function machineFiles(userData: string): MachineFile[] {
  const { write_files } = JSON.parse(userData.replace('#cloud-config\n', ''));
  return write_files;
}

/** A synthesised `cdk.tf.json`, by what a test asks of it. */
export class Template {
  readonly text: string;
  private readonly document: { resource: Blocks; data: Blocks } & Record<string, Block>;

  constructor(plan: Plan) {
    this.text = inScratch((folder) => readFileSync(synthPlans([plan], folder)[0]!, 'utf8'));
    this.document = JSON.parse(this.text);
  }

  /** Part of the document besides resources and data, such as `terraform` or `output`. */
  section(name: string): Block {
    return this.document[name]!;
  }

  /** Addresses of everything that Terraform manages or reads. */
  addresses(): string[] {
    const under = (prefix: string, blocks: Blocks) =>
      Object.entries(blocks).flatMap(([type, byId]) =>
        Object.keys(byId).map((id) => `${prefix}${type}.${id}`),
      );
    return [...under('', this.document.resource), ...under('data.', this.document.data)].sort();
  }

  resources(type: string): Block[] {
    return Object.values(this.document.resource[type] ?? {});
  }

  data(type: string): Block[] {
    return Object.values(this.document.data[type] ?? {});
  }

  resource(type: string, id: string): Block {
    const block = this.document.resource[type]?.[`serving_${id}`];
    if (block === undefined) throw new Error(`no ${type}.serving_${id}`);
    return block;
  }

  /** User data as the machine unpacks it, references to other resources as they stand. */
  userData(): string {
    const locals = this.document.locals as Record<string, string>;
    const text = locals['serving_machine_user-data']!;
    // How Terraform reads a string of its JSON: a doubled sign before a brace is that sign.
    return text.replaceAll('$${', '${').replaceAll('%%{', '%{');
  }

  machineFiles(): MachineFile[] {
    return machineFiles(this.userData());
  }

  machineFile(path: string): string {
    const file = this.machineFiles().find((candidate) => candidate.path === path);
    if (file === undefined) throw new Error(`no ${path} on the machine`);
    return file.content;
  }
}

/** The stack of the fixture plan with parts replaced. */
export const templateOf = (overrides: PlanOverrides = {}): Template => new Template(makePlan(overrides));
