import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { goldenStacks } from '../golden/stacks';
import checks from './checks.json';
import type { Configuration, Rule } from './rule';
import { TWO_SERVICES } from './variants';

const RULES = join(__dirname, 'rules');
const rules = readdirSync(RULES).map((file): [string, Rule] => [
  file.replace('.ts', ''),
  (require(join(RULES, file)) as { rule: Rule }).rule,
]);

describe.each(rules)('%s', (_, rule) => {
  it('finds its failing fixture and passes the other', () => {
    expect(rule.check(rule.fails)).toHaveLength(1);
    expect(rule.check(rule.passes)).toEqual([]);
    expect(rule.ids.length).toBeGreaterThan(0);
  });
});

describe('check ids of other scanners', () => {
  const covered = new Set(rules.flatMap(([, { ids }]) => ids));

  it.each(checks.considered)('%s is kept by a rule, or not with a reason', (id) => {
    const reason = (checks.withoutRule as Record<string, string>)[id];
    expect(covered.has(id) !== (reason !== undefined && reason.length > 30)).toBe(true);
  });

  it('names no reason for what is not considered', () => {
    expect(Object.keys(checks.withoutRule).filter((id) => !checks.considered.includes(id))).toEqual([]);
  });
});

const stacks = goldenStacks().map(({ name, text }): [string, string] => [name, text]);

describe.each(stacks)('%s', (_, text) => {
  const configuration = JSON.parse(text) as Configuration;

  it('keeps every rule', () => {
    const broken = rules.flatMap(([name, rule]) =>
      rule.check(configuration).map((address) => `${name}: ${address}`),
    );
    expect(broken).toEqual([]);
  });

  it('holds nothing that looks like a secret', () => {
    expect(text).not.toMatch(/hf_[A-Za-z0-9]{20}|AKIA[A-Z0-9]{16}|-----BEGIN|"secret_string"/);
  });
});

it('stacks beside each other in one account and region share no fixed name', () => {
  const fixed = stacks.flatMap(([stack, text]) => {
    const { resource = {} } = JSON.parse(text) as Configuration;
    return Object.entries(resource).flatMap(([type, blocks]) =>
      Object.values(blocks).flatMap((block) => {
        // A schedule, a hook or a policy is named within its group, a security rule within its group.
        const within = /^aws_autoscaling_(schedule|lifecycle_hook|policy)$|^aws_route53_record$/.test(type);
        const name = block.name ?? block.alarm_name ?? block.dashboard_name;
        return within || typeof name !== 'string' ? [] : [{ at: `${type} ${name}`, stack }];
      }),
    );
  });
  const twice = fixed.filter(({ at, stack }) =>
    fixed.some((other) => other.at === at && other.stack !== stack),
  );
  expect(twice.map(({ at }) => at)).toEqual([]);
  expect(fixed.length).toBeGreaterThan(10 * stacks.length);
});

it('two services of one file can be peered: their address ranges differ', () => {
  const ranges = stacks
    .filter(([stack]) => (TWO_SERVICES as readonly string[]).includes(stack))
    .map(([, text]) => Object.values((JSON.parse(text) as Configuration).resource!.aws_vpc!)[0]!.cidr_block);
  expect(new Set(ranges).size).toBe(2);
});
