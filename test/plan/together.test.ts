import type { Plan } from '../../src/plan/schema';
import { standTogether } from '../../src/plan/together';
import { frozenPlan } from '../golden/frozen';

const base = frozenPlan('small-9b');
const planWith = (name: string, requirements: Partial<Plan['requirements']>): Plan => ({
  ...base,
  name,
  requirements: { ...base.requirements, ...requirements },
});
const state = { bucket: 'my-state', key: 'prod/llm.tfstate', region: 'us-east-1' };
const network = (changes: Partial<Plan['requirements']['network']>) => ({
  network: { ...base.requirements.network, ...changes },
});

test('plans that share nothing stand together, in their order', () => {
  const plans = [
    planWith('a', { stateBackend: state }),
    planWith('b', { stateBackend: { ...state, key: 'b' } }),
  ];
  expect(standTogether([...plans, planWith('c', {})])).toEqual([...plans, planWith('c', {})]);
});

test.each([
  [
    'one state',
    { stateBackend: state },
    /\(a and b\) keep their Terraform state in s3:\/\/my-state\/prod\/llm\.tfstate; applying one would destroy the other/,
  ],
  [
    'one name',
    network({ domain: { name: 'llm.example.com', hostedZoneId: 'Z1' } }),
    /\(a and b\) make the record llm\.example\.com/,
  ],
  [
    'one endpoint',
    network({ vpcId: 'vpc-00000001', interfaceEndpoints: ['kms'] }),
    /make the endpoint kms in vpc-00000001/,
  ],
  [
    'one route table',
    network({ vpcId: 'vpc-00000001', routeTableIds: ['rtb-00000001'] }),
    /make an S3 gateway endpoint for rtb-00000001 \(network\.routeTableIds\); a route table takes one/,
  ],
])('two plans with %s are refused', (_, requirements, expected) => {
  expect(() => standTogether([planWith('a', requirements), planWith('b', requirements)])).toThrow(expected);
});

test('two plans of one name are refused', () => {
  expect(() => standTogether([base, base])).toThrow(
    /^two plans are named "small-9b"; a stack is named after its plan/,
  );
});

test('one plan that names the same thing twice stands alone', () => {
  const twice = network({
    vpcId: 'vpc-00000001',
    routeTableIds: ['rtb-00000001', 'rtb-00000001'],
    interfaceEndpoints: ['kms', 'kms'],
  });
  expect(standTogether([planWith('a', twice)])).toHaveLength(1);
});
