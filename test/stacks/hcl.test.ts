import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { parsePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { synthHcl } from '../../stacks/hcl';
import { variants } from '../policy/variants';
import { makePlan } from './make-plan';
import { Template } from './template';

interface Hcl {
  terraform: Record<string, unknown>[];
  resource: Record<string, Record<string, unknown>>;
  data: Record<string, Record<string, unknown>>;
  output: Record<string, unknown>;
}
const parsedPlan = async (plan: Plan) => (await parse('main.tf', synthHcl(plan))) as unknown as Hcl;
const parsed = (overrides = {}) => parsedPlan(makePlan(overrides));

/** Every golden plan and one plan of each kind of deployment. */
function everyPlan(): [name: string, plan: Plan][] {
  const folder = join(__dirname, '..', 'golden', 'plans');
  const golden = readdirSync(folder).map((file): [string, Plan] => [
    file,
    parsePlan(readFileSync(join(folder, file), 'utf8'), file),
  ]);
  return [...golden, ...variants()];
}

/**
 * What Terraform reads: without comments, keys in any order, one block alone as a list of one, and a variable's type as the
 * expression that both syntaxes mean.
 */
function meaning(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(meaning);
    return items.length === 1 && typeof items[0] === 'object' && !Array.isArray(items[0]) ? items[0] : items;
  }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: how hcl2json writes a bare word
  if (value === '${string}') return 'string';
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (key === '//' ? [] : [[key, meaning(item)]])),
  );
}

describe('synthHcl', () => {
  it('names a temporary folder that is not there', () => {
    const named = jest.spyOn(os, 'tmpdir').mockReturnValue('/nope');
    try {
      expect(() => synthHcl(makePlan())).toThrow(
        'cannot write to the temporary folder "/nope": no such file; name another in TMPDIR',
      );
    } finally {
      named.mockRestore();
    }
  });

  it('parses, required_version included', async () => {
    const { terraform } = await parsed();
    expect(Object.assign({}, ...terraform)).toEqual({
      required_version: '>= 1.11',
      required_providers: [{ aws: { source: 'aws', version: '6.25.0' } }],
      backend: { local: [{ path: '../../../terraform.qwen35-35b.tfstate' }] },
    });
  });

  it('keeps native locking for S3', async () => {
    const stateBackend = { bucket: 'my-state', key: 'k', region: 'us-east-1' };
    const { terraform } = await parsed({ requirements: { stateBackend } });
    expect(Object.assign({}, ...terraform).backend).toEqual({
      s3: [{ ...stateBackend, encrypt: true, use_lockfile: true }],
    });
  });

  it.each(everyPlan())('means the same as the JSON: %s', async (_, plan) => {
    const { terraform, ...hcl } = await parsedPlan(plan);
    const json = JSON.parse(new Template(plan).text);
    // In HCL the block stands twice, which Terraform merges.
    expect(meaning({ ...hcl, terraform: Object.assign({}, ...terraform) })).toEqual(meaning(json));
  });

  it('indents', () => {
    const [, block] = synthHcl(makePlan()).split('\nresource "aws_lb" "serving_door_lb" {\n');
    const lines = block!.slice(0, block!.indexOf('\n}\n')).split('\n');
    expect(lines).toContain('  drop_invalid_header_fields = true');
    expect(lines.every((line) => /^( {2}){1,2}\S/.test(line))).toBe(true);
  });
});
