import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { parsePlan } from '../../src/plan/document';
import { USER_DATA_LIMIT_BYTES, userData } from '../../stacks/serving-cluster/user-data';
import { makePlan, type PlanOverrides, withAdapters } from './make-plan';
import { type Block, Template } from './template';

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
    expect(engineOf(new Template(makePlan()))).toMatchObject({ adapters: [], adapterTensors: [] });
  });

  it('must have tensors that the release applies: those of the text part alone only from 0.33', () => {
    expect(engineOf(template).adapterTensors).toEqual(
      expect.arrayContaining(['model.language_model.', 'model.layers.']),
    );
    const older = withAdapters();
    const plan = makePlan({ ...older, engine: { ...older.engine, vllmVersion: '0.32.0' } });
    const { adapterTensors } = engineOf(new Template(plan));
    expect(adapterTensors).toContain('model.language_model.');
    expect(adapterTensors).not.toContain('model.layers.');
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

  it('fit in the user data, 64 of them', () => {
    const many = Array.from({ length: 64 }, (_, index) => ({
      name: `adapter-for-customer-${index}`,
      repository: `acme-industries/qwen-customer-${(index * 7919) % 1009}-lora`,
      revision: createHash('sha1').update(String(index)).digest('hex'),
      rank: 16,
    }));
    const text = userData(makePlan(withAdapters(many)));
    expect(gzipSync(text, { level: 6 }).length).toBeLessThan(USER_DATA_LIMIT_BYTES - 1024);
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
