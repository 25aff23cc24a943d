import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { readRequirements } from '../../src/requirements/document';
import { elsewhere } from '../../src/requirements/regional';
import { resolveRequirements } from '../../src/requirements/resolve';

const requirements = (text: string) =>
  resolveRequirements(
    readRequirements({ name: 'selfhost.yaml', text: `model: Qwen3.5-9B\n${text}` }, []),
    EMBEDDED_CATALOGUE,
  ).requirements;

test('an ARN lies in its own region, an id in the only region that was asked for', () => {
  const named = requirements(
    'regions: [us-west-2]\ndeployment: { kmsKeyArn: "arn:aws:kms:us-west-2:123456789012:key/1", amiId: ami-01234567 }',
  );
  expect(elsewhere(named, 'us-west-2')).toEqual([]);
  // A plan whose region somebody has changed by hand.
  expect(elsewhere(named, 'us-east-1')).toEqual([
    { field: 'deployment.kmsKeyArn', region: 'us-west-2' },
    { field: 'deployment.amiId', region: 'us-west-2' },
  ]);
});
