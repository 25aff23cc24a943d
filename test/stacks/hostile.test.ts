import { parse } from '@cdktf/hcl2json';
import fc from 'fast-check';
import { UserError } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { synthHcl } from '../../stacks/hcl';
import { userData } from '../../stacks/serving-cluster/user-data';
import { makePlan, type PlanOverrides } from './make-plan';
import { type MachineFile, machineFiles, Template, templateOf } from './template';

// Few runs of many strings each: a synthesis takes 50 ms.
const SEED = { seed: 20261123, numRuns: 5 };

/** Text that means something to Terraform, a shell, YAML, systemd, docker or Python, in any mixture. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '${',
        '%{',
        '$${',
        '%%{',
        '}',
        '"',
        "'",
        '\\',
        '\n',
        '\r\n',
        '\t',
        '\0',
        '$(reboot)',
        '`id`',
      ),
      fc.constantFrom(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: hostile on purpose
        '${aws_vpc.x.id}',
        '%{ if true }',
        '%i',
        '%%',
        '@PORT@',
        ' # ',
        '; rm -rf /',
        '&&',
        '#{',
        '//',
      ),
      fc.constantFrom('EOF', '<<EOF', '\u2028', '\u007f', '--', '=', 'null', 'Ünï', '🙂'),
      fc.string({ maxLength: 6 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const hostileTags = fc
  .dictionary(
    hostile.map((key) => `t${key}`),
    hostile,
    { minKeys: 3, maxKeys: 5 },
  )
  .map((tags) => ({ ...tags }));

/** How Terraform reads a string of its JSON that holds no reference; throws where it would find a template. */
function terraformText(text: string): string {
  if (/(?<![$])\$\{|(?<![%])%\{/.test(text)) throw new Error(`a template: ${JSON.stringify(text)}`);
  return text.replaceAll('$${', '${').replaceAll('%%{', '%{');
}

const tagsOf = (plan: Plan): Record<string, string> => {
  const [aws] = new Template(plan).section('provider').aws as {
    default_tags: { tags: Record<string, string> }[];
  }[];
  return aws!.default_tags[0]!.tags;
};

describe('text that a user gave', () => {
  it('stays what it was in tags', () => {
    fc.assert(
      fc.property(hostileTags, (given) => {
        const tags = tagsOf(makePlan({ requirements: { tags: given } }));
        const read = Object.fromEntries(
          Object.entries(tags).map(([k, v]) => [terraformText(k), terraformText(v)]),
        );
        expect(read).toEqual({
          ...given,
          'qwen-selfhost:plan': 'qwen35-35b',
          'qwen-selfhost:plan-hash': expect.stringMatching(/^[0-9a-f]{12}$/),
        });
      }),
      { ...SEED, numRuns: 10 },
    );
  });

  it('stays what it was in tags, written as HCL', async () => {
    await fc.assert(
      fc.asyncProperty(hostileTags, async (given) => {
        const text = synthHcl(makePlan({ requirements: { tags: given } }));
        const document = (await parse('main.tf', text)) as unknown as {
          provider: { aws: { default_tags: { tags: Record<string, string> }[] }[] };
          resource: Record<string, unknown>;
        };
        const { tags } = document.provider.aws[0]!.default_tags[0]!;
        // hcl2json leaves an escaped '$${' as it stands and doubles the sign of '%%{' once more: read both back.
        const normal = (text: string) => text.replaceAll(/([$%])+(?=\{)/g, '$1').normalize('NFC');
        const all = (map: Record<string, string>) => Object.entries(map).map((entry) => entry.map(normal));
        expect(all(tags)).toEqual(expect.arrayContaining(all(given)));
        expect(Object.keys(tags)).toHaveLength(Object.keys(given).length + 2);
        expect(Object.keys(document.resource).length).toBeGreaterThan(20);
      }),
      SEED,
    );
  });

  it('changes nothing else: the same resources with the same settings', () => {
    const plain = new Template(makePlan({ requirements: { tags: { tag: 'value' } } }));
    fc.assert(
      fc.property(hostile, (value) => {
        const template = new Template(makePlan({ requirements: { tags: { tag: value } } }));
        expect(template.addresses()).toEqual(plain.addresses());
        expect(template.userData()).toBe(plain.userData());
        for (const section of ['terraform', 'output']) {
          expect(template.section(section)).toEqual(plain.section(section));
        }
      }),
      SEED,
    );
  });

  it('reaches a machine only as data: arguments, environment, image', () => {
    const files = (plan: Plan) => machineFiles(userData(plan));
    const others = (list: readonly MachineFile[]) => list.filter(({ path }) => !path.endsWith('config.json'));
    const plain = others(files(makePlan()));
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), hostile, hostile, (words, value, image) => {
        const base = makePlan().engine;
        const args = [...base.arguments, ...words.map((word) => `x${word}`)];
        const environment = { ...base.environment, [`K${value}`]: value };
        const plan = makePlan({ engine: { arguments: args, environment, image } });
        expect(userData(plan)).toMatch(/^[\n\x20-\x7e]+$/);
        const config = files(plan).find(({ path }) => path.endsWith('config.json'));
        expect(JSON.parse(config!.content).engine).toMatchObject({ arguments: args, environment, image });
        expect(others(files(plan))).toEqual(plain);
      }),
      { ...SEED, numRuns: 200 },
    );
  });

  it('is escaped or refused in one line wherever else a plan document carries it', () => {
    const places: ((text: string) => PlanOverrides)[] = [
      (text) => ({ choice: { region: text } }),
      (text) => ({ choice: { instanceType: text } }),
      (text) => ({ choice: { zoneIds: [text], loadBalancerZoneIds: [text, 'use1-az1'] } }),
      (text) => ({ engine: { servedModelName: text } }),
      (text) => ({ requirements: { stateBackend: { bucket: text, key: text, region: text } } }),
      (text) => ({ requirements: { network: { certificateArn: text } } }),
      (text) => ({ requirements: { network: { allowedCidrs: [text] } } }),
      (text) => ({ requirements: { network: { cidr: text } } }),
      (text) => ({ requirements: { network: { domain: { name: text, hostedZoneId: text } } } }),
      (text) => ({
        requirements: { network: { certificateArn: 'c', jwt: { issuer: text, jwksUrl: text } } },
      }),
      (text) => ({ requirements: { deployment: { kmsKeyArn: text, alertEmail: text, amiId: text } } }),
      (text) => ({ requirements: { deployment: { apiKey: text, huggingFaceToken: text, image: text } } }),
      (text) => ({ requirements: { deployment: { anomalyMonitorArn: text, capacityReservationId: text } } }),
      (text) => ({ requirements: { network: { webAclArn: text, certificateArn: 'c', domain: null } } }),
      (text) => ({ choice: { hfId: text, revision: text }, requirements: { deployment: { weights: 's3' } } }),
      (text) => ({
        requirements: {
          deployment: {
            schedule: [{ name: 'day', cron: text, timeZone: text, minInstances: 1, maxInstances: 2 }],
          },
        },
      }),
      (text) => ({ name: text }),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), hostile, (place, text) => {
        let template: Template;
        try {
          template = new Template(makePlan(place(text)));
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect((error as Error).message).not.toContain('\n');
          return;
        }
        const plain = templateOf(place('plain')).addresses();
        expect(template.addresses()).toEqual(plain);
        // Every template that Terraform will find is a reference of ours.
        for (const [, inside] of template.text.matchAll(/(?<!\$)\$\{([^}]*)\}/g)) {
          expect(inside).toMatch(
            /^((data\.)?aws_[a-z0-9_]+\.serving_[a-z0-9_-]+\.[a-z0-9_]+|base64gzip\(local\.serving_machine_user-data\)|tolist\(aws_acm_certificate\.[a-z_]+\.domain_validation_options\)\[0\]\.[a-z_]+)$/,
          );
        }
        expect(template.text).not.toMatch(/(?<!%)%\{/);
      }),
      { ...SEED, numRuns: 30 },
    );
  });

  // biome-ignore lint/suspicious/noTemplateCurlyInString: hostile on purpose
  it.each(['${TfToken[TOKEN.0]}', '#{TfToken[TOKEN.1]}', 'TfToken['])(
    "is refused as CDKTF's own marker: %j",
    (text) => {
      expect(() => tagsOf(makePlan({ requirements: { tags: { tag: text } } }))).toThrow(
        /reserved by CDK for Terraform/,
      );
    },
  );
});
