import { hubWeights } from '../../../src/aws/preflight/weights';
import { Session } from '../../../src/aws/session';
import { DEFAULT_SETTINGS } from '../../../src/aws/settings';
import { KEY } from '../account';
import { json } from '../region';
import { check, FULL, PLAN } from './check';

test('a secret under a key of its own needs that key named', async () => {
  const key = KEY.replace('0f7c', '1111');
  const locked = {
    'secretsmanager:DescribeSecret': () =>
      json({ KmsKeyId: key, VersionIdsToStages: { v1: ['AWSCURRENT'] } }),
  };
  const without = await check(FULL, locked);
  expect(without.of('secret: API key')).toMatchObject({
    status: 'fail',
    fix: expect.stringContaining('set deployment.secretsKmsKeyArn'),
  });
  const named = await check(
    {
      ...FULL,
      requirements: {
        ...FULL.requirements,
        deployment: { ...FULL.requirements.deployment, secretsKmsKeyArn: key },
      },
    },
    locked,
  );
  expect(named.of('secret: API key')).toMatchObject({ status: 'pass' });
});

test('a damaged Hugging Face token is named, and shown nowhere', async () => {
  const hub = { url: 'http://127.0.0.1:9', token: 'hf_hush\nhush', timeoutSeconds: 1 };
  const found = await hubWeights(new Session(DEFAULT_SETTINGS), PLAN, hub);
  expect(found).toMatchObject({ status: 'warn', detail: expect.stringContaining('HF_TOKEN has characters') });
  expect(JSON.stringify(found)).not.toContain('hush');
});
