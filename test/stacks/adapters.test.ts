import { createHash } from 'node:crypto';
import { parsePlan } from '../../src/plan/document';
import { USUAL_SIZING } from '../../src/requirements/sizing';
import { PROJECTION_MODULES } from '../../src/vllm/adapters';
import { userData } from '../../stacks/serving-cluster/user-data';
import { makePlan, type PlanOverrides, withAdapters } from './make-plan';
import { type Block, Template } from './template';

/** What vLLM's fused layers are in an adapter (0.33.0 models/qwen3_5.py, packed_modules_mapping). */
const FUSED: Readonly<Record<string, readonly string[]>> = {
  qkv_proj: ['q_proj', 'k_proj', 'v_proj'],
  in_proj_ba: ['in_proj_b', 'in_proj_a'],
  // The same layer by another path.
  expert_gate: [],
  gate_up_proj: ['gate_proj', 'up_proj'],
};
const [SUPPORT, LEGAL] = withAdapters().requirements!.adapters!;
const fromS3: PlanOverrides = {
  ...withAdapters(),
  requirements: { ...withAdapters().requirements, deployment: { weights: 's3' } },
};
const template = new Template(makePlan(withAdapters()));
const staged = new Template(makePlan(fromS3));
const engineOf = (of: Template) => JSON.parse(of.machineFile('/etc/qwen-selfhost/config.json')).engine;
const prefixes = ['acme/support-lora', 'acme/legal-lora'].map(
  (repository, index) => `${repository}/${'ab'[index]!.repeat(40)}/`,
);

describe('adapters on a machine', () => {
  it('are named with their commit and rank, and where they are fetched from', () => {
    expect(engineOf(template).adapters).toEqual([
      { ...SUPPORT, weightsPrefix: null },
      { ...LEGAL, weightsPrefix: null },
    ]);
    expect(engineOf(staged).adapters.map((adapter: Block) => adapter.weightsPrefix)).toEqual(prefixes);
    expect(engineOf(new Template(makePlan()))).toMatchObject({ adapters: [] });
  });

  it('may change what there is room for', () => {
    const named = PROJECTION_MODULES.flatMap((module) => FUSED[module] ?? [module]);
    expect([...engineOf(template).adapterModules].sort()).toEqual([...named].sort());
    const all = makePlan({
      ...withAdapters(),
      requirements: { ...withAdapters().requirements, sizing: { ...USUAL_SIZING, adapterLayers: 'all' } },
    });
    expect(engineOf(new Template(all)).adapterModules).toBeNull();
  });

  it('are updated by a new commit: other user data, hence a new launch template and a refresh', () => {
    const moved = withAdapters([{ ...SUPPORT!, revision: 'd'.repeat(40) }, LEGAL!]);
    const plan = makePlan(moved);
    expect(userData(plan)).not.toBe(userData(makePlan(withAdapters())));
    const { arguments: words, adapters } = engineOf(new Template(plan));
    expect(adapters[0].revision).toBe('d'.repeat(40));
    expect(words).toContain(
      `support=/cache/huggingface/hub/models--acme--support-lora/snapshots/${'d'.repeat(40)}`,
    );
    expect(template.resource('aws_autoscaling_group', 'fleet_group').instance_refresh).toBeDefined();
  });

  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `adapter-for-customer-${index}`,
      repository: `acme-industries/qwen-customer-${(index * 7919) % 1009}-lora`,
      revision: createHash('sha1').update(String(index)).digest('hex'),
      rank: 16,
    }));

  it('fit in the user data: 56 of them, 30 where eight engines share a machine', () => {
    expect(() => userData(makePlan(withAdapters(many(56))))).not.toThrow();
    const overrides = withAdapters(many(30));
    const plan = makePlan({
      ...overrides,
      requirements: { ...overrides.requirements, network: { targetControlPort: 3000 } },
      choice: { instanceType: 'p5.48xlarge', gpusPerInstance: 8, replicasPerInstance: 8, replicas: 16 },
    });
    expect(() => userData(plan)).not.toThrow();
  });
});

describe('adapters in S3', () => {
  const documents = staged.section('data').aws_iam_policy_document as Record<string, { statement: Block[] }>;
  const statement = (role: string, sid: string) =>
    documents[`serving_${role}_policy`]!.statement.find((candidate) => candidate.sid === sid)!;
  const all = ['Qwen/Qwen3.5-35B-A3B-FP8/main/', ...prefixes];

  it.each([
    ['identity', 'ReadWeights', ['s3:GetObject']],
    ['weights', 'PutWeights', ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload']],
  ])('%s: exactly the model and the adapters', (role, sid, actions) => {
    const objects = statement(role, sid);
    expect(objects.actions).toEqual(actions);
    expect(objects.resources).toEqual(
      all.map((prefix) => `\${aws_s3_bucket.serving_weights_store_bucket.arn}/${prefix}*`),
    );
    expect(statement(role, 'ListWeights').condition).toEqual([
      { test: 'StringLike', variable: 's3:prefix', values: all.map((prefix) => `${prefix}*`) },
    ]);
  });

  it('are staged under prefixes of their own, before the model; no shell reads their names', () => {
    const project = staged.resource('aws_codebuild_project', 'weights_project');
    const { commands } = JSON.parse((project.source as Block).buildspec as string).phases.build;
    const [, , list] = commands as string[];
    expect(list).toMatch(/^echo [A-Za-z0-9+/=]+ \| base64 -d > \/tmp\/sources\.json$/);
    const sources = JSON.parse(Buffer.from(list!.split(' ')[1]!, 'base64').toString('utf8'));
    expect(sources).toEqual([
      { repository: LEGAL!.repository, revision: LEGAL!.revision, prefix: prefixes[1], adapter: true },
      { repository: SUPPORT!.repository, revision: SUPPORT!.revision, prefix: prefixes[0], adapter: true },
      { repository: 'Qwen/Qwen3.5-35B-A3B-FP8', revision: 'main', prefix: all[0], adapter: false },
    ]);
    expect((commands as string[]).join()).not.toContain('acme');
  });

  it('are staged and readable once where two names share one', () => {
    const shared = [SUPPORT!, { ...SUPPORT!, name: 'helpdesk' }];
    const plan = makePlan({
      ...withAdapters(shared),
      requirements: { adapters: shared, deployment: { weights: 's3' } },
    });
    const twice = new Template(plan);
    expect(twice.text.split(`store_bucket.arn}/${prefixes[0]}*`)).toHaveLength(3);
    expect(engineOf(twice).adapters).toHaveLength(2);
  });
});

describe('the front door of a plan with adapters', () => {
  it('never passes what would load or unload one', () => {
    expect(template.resource('aws_lb_listener_rule', 'door_adapters-stay')).toMatchObject({
      priority: 50,
      condition: [{ path_pattern: { values: ['/v1/load_lora_adapter', '/v1/unload_lora_adapter'] } }],
      action: [{ type: 'fixed-response', fixed_response: { status_code: '404' } }],
    });
    expect(template.resource('aws_lb_listener_rule', 'door_api').priority).toBe(100);
    expect(new Template(makePlan()).resources('aws_lb_listener_rule')).toHaveLength(1);
  });
});

describe('a plan document', () => {
  it.each([
    ['name', 'a b'],
    ['name', '$(reboot)'],
    ['repository', 'acme/x/../y'],
    ['repository', 'acme'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: hostile on purpose
    ['repository', 'acme/${x}'],
    ['revision', 'main'],
    ['revision', 'A'.repeat(40)],
  ])('with an adapter whose %s is %j is refused in one line', (key, value) => {
    const plan = makePlan(withAdapters());
    const adapters = [{ ...SUPPORT!, [key]: value }];
    const text = JSON.stringify({ ...plan, requirements: { ...plan.requirements, adapters } });
    expect(() => parsePlan(text, 'x.plan.json')).toThrow(/^[^\n]*adapters[^\n]*$/);
  });
});
