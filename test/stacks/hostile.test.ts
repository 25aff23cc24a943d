import { parse } from '@cdktf/hcl2json';
import fc from 'fast-check';
import { UserError } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { synthHcl } from '../../stacks/hcl';
import { makePlan, type PlanOverrides } from './make-plan';
import { Template } from './template';

const SEED = { seed: 20261123, numRuns: 60 };

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
      fc.property(hostile, hostile, (key, value) => {
        const tags = tagsOf(makePlan({ requirements: { tags: { [`t${key}`]: value } } }));
        const read = Object.fromEntries(
          Object.entries(tags).map(([k, v]) => [terraformText(k), terraformText(v)]),
        );
        expect(read).toEqual({ [`t${key}`]: value, 'qwen-selfhost:plan': 'qwen35-35b' });
      }),
      SEED,
    );
  });

  it('stays what it was in tags, written as HCL', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (key, value) => {
        const text = synthHcl(makePlan({ requirements: { tags: { [`t${key}`]: value } } }));
        const document = (await parse('main.tf', text)) as unknown as {
          provider: { aws: { default_tags: { tags: Record<string, string> }[] }[] };
          resource: Record<string, unknown>;
        };
        const { tags } = document.provider.aws[0]!.default_tags[0]!;
        // hcl2json leaves an escaped '$${' as it stands and doubles the sign of '%%{' once more: read both back.
        const normal = (s: string) => s.replaceAll(/([$%])+(?=\{)/g, '$1').normalize('NFC');
        expect(Object.entries(tags).map(([k, v]) => [normal(k), normal(v)])).toEqual(
          expect.arrayContaining([[normal(`t${key}`), normal(value)]]),
        );
        expect(Object.keys(tags)).toHaveLength(2);
        expect(Object.keys(document.resource).length).toBeGreaterThan(20);
      }),
      { ...SEED, numRuns: 40 },
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
      { ...SEED, numRuns: 20 },
    );
  });

  it('reaches a machine only as data: arguments, environment, image, model name', () => {
    const plain = new Template(makePlan());
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), hostile, hostile, (words, value, image) => {
        const base = makePlan().engine;
        const args = [...base.arguments, ...words.map((word) => `x${word}`)];
        const environment = { ...base.environment, [`K${value}`]: value };
        const template = new Template(makePlan({ engine: { arguments: args, environment, image } }));
        const { engine } = JSON.parse(template.machineFile('/etc/qwen-selfhost/config.json'));
        expect(engine).toMatchObject({ arguments: args, environment, image });
        const others = (t: Template) => t.machineFiles().filter(({ path }) => !path.endsWith('config.json'));
        expect(others(template)).toEqual(others(plain));
        expect(template.userData()).toMatch(/^[\n\x20-\x7e]+$/);
      }),
      SEED,
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
      (text) => ({ name: text }),
    ];
    const expected = new Template(makePlan()).addresses();
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
        expect(template.addresses()).toEqual(expected);
        // Every template that Terraform will find is a reference of ours.
        for (const [, inside] of template.text.matchAll(/(?<!\$)\$\{([^}]*)\}/g)) {
          expect(inside).toMatch(/^(data\.)?aws_[a-z0-9_]+\.serving_[a-z0-9_-]+\.[a-z_]+$/);
        }
        expect(template.text).not.toMatch(/(?<!%)%\{/);
      }),
      { ...SEED, numRuns: 150 },
    );
  });

  it.each(['${TfToken[TOKEN.0]}', '#{TfToken[TOKEN.1]}', 'TfToken['])(
    "is refused as CDKTF's own marker: %j",
    (text) => {
      expect(() => tagsOf(makePlan({ requirements: { tags: { tag: text } } }))).toThrow(
        /reserved by CDK for Terraform/,
      );
    },
  );
});
