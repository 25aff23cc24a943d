import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { goldenStacks } from '../golden/stacks';
import type { Configuration, Rule } from './rule';

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
