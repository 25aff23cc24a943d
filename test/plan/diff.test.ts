import { diffPlans } from '../../src/plan/diff';
import { explainChoice, explainType } from '../../src/report/explain';
import { planOf } from '../golden/cases';

const one = planOf('model: Qwen3.5-9B\ninstanceTypes: { allow: [g6e.xlarge] }');
const more = planOf(
  'model: Qwen3.5-9B\ninstanceTypes: { allow: [g6e.xlarge] }\nworkload: { requestsPerSecond: 9 }',
);

test('a plan does not differ from itself', () => {
  expect(diffPlans(one, one)).toEqual([]);
});

test('more load: the fleet grows, the bill follows, each with its meaning, worst effect first', () => {
  const changes = diffPlans(one, more);
  const paths = changes.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'choice.instances',
      'cost.usdPerMonth',
      'requirements.workload.requestsPerSecond',
    ]),
  );
  expect(changes.every(({ why }) => why.length > 10)).toBe(true);
  expect(diffPlans(one, { ...one, choice: { ...one.choice, region: 'us-west-2' } })[0]).toMatchObject({
    path: 'choice.region',
    effect: 'replaces',
  });
});

test('of a command line, only the flags that changed', () => {
  const plan = planOf('model: Qwen3.5-9B');
  const [model] = plan.engine.arguments;
  const other = {
    ...plan,
    engine: { ...plan.engine, arguments: [model!, '--max-num-seqs', '8', '--enable-x', '--list', 'a', 'b'] },
  };
  const changes = diffPlans(plan, other).filter(({ path }) => path.startsWith('engine.arguments.'));
  const of = (flag: string) => changes.find(({ path }) => path === `engine.arguments.${flag}`);
  expect(of('--max-num-seqs')).toMatchObject({ before: expect.stringMatching(/^\d+$/), after: '8' });
  expect(of('--enable-x')).toMatchObject({ before: null, after: true, effect: 'interrupts' });
  expect(of('--list')).toMatchObject({ before: null, after: 'a b' });
  expect(of('--language-model-only')).toMatchObject({ before: true, after: null });
  expect(of('0')).toBeUndefined();
});

test('why this, why not that, and what nobody offers', () => {
  expect(explainChoice(one).join(' ')).toMatch(
    /\d x g6e\.xlarge is (the cheapest|recommended) over all instance types/,
  );
  expect(explainType(one, 'p5.48xlarge')!.join()).toContain('p5.48xlarge was stopped by instance-types');
  expect(explainType(one, 'm7i.large')).toBeNull();
});
