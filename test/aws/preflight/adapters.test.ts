import type { Finding } from '../../../src/aws/preflight/finding';
import { accountHandlers } from '../account';
import type { Handler } from '../local-aws';
import { json } from '../region';
import { check, withRequirements } from './check';

const SUPPORT = { name: 'support', repository: 'acme/support-lora', revision: 'a'.repeat(40), rank: 16 };
/** A plan with an adapter, and a hub that has it. */
const ADAPTED = withRequirements(() => ({ adapters: [SUPPORT] }));
const ADAPTER = `web:GET /api/models/acme/support-lora/revision/${SUPPORT.revision}`;
const CONFIG = `web:GET /acme/support-lora/resolve/${SUPPORT.revision}/adapter_config.json`;
const adapterHandlers = (config: unknown = { r: 16 }, model = 'adapter_model.safetensors') => ({
  [ADAPTER]: () =>
    json({ sha: SUPPORT.revision, siblings: [{ rfilename: 'adapter_config.json' }, { rfilename: model }] }),
  [CONFIG]: () => json(config),
});

describe('adapters', () => {
  test('there, with their files and the planned rank', async () => {
    const { of } = await check(ADAPTED, adapterHandlers());
    expect(of('adapter support')).toMatchObject({
      status: 'pass',
      detail: `commit ${SUPPORT.revision}, rank 16`,
    });
  });

  test.each<[string, Record<string, Handler>, Finding['status'], RegExp]>([
    [
      'a rank above the plan',
      adapterHandlers({ r: 8, rank_pattern: { q_proj: 64 } }),
      'fail',
      /rank: 64 in adapters/,
    ],
    ['a rank below it', adapterHandlers({ r: 8 }), 'warn', /rank: 8 in adapters/],
    ['no rank', adapterHandlers({}), 'fail', /save it with PEFT/],
    [
      'no configuration that could be read',
      { ...adapterHandlers(), [CONFIG]: () => json({}, 503) },
      'warn',
      /HF_ENDPOINT/,
    ],
    ['only a pickle', adapterHandlers({ r: 16 }, 'adapter_model.bin'), 'fail', /safe_serialization/],
    ['no such commit', { ...adapterHandlers(), [ADAPTER]: () => json({}, 404) }, 'fail', /HF_TOKEN/],
    ['hub down', { ...adapterHandlers(), [ADAPTER]: () => json({}, 500) }, 'warn', /HF_ENDPOINT/],
  ])('%s', async (_, handlers, status, fix) => {
    const { of } = await check(ADAPTED, handlers);
    expect(of('adapter support')).toMatchObject({ status, fix: expect.stringMatching(fix) });
  });

  test('each is looked for among what is staged', async () => {
    const plan = withRequirements(({ deployment }) => ({
      adapters: [SUPPORT],
      deployment: { ...deployment, weights: 's3' },
    }));
    const { findings } = await check(plan, {
      ...adapterHandlers(),
      's3:ListBucket': (call) =>
        String(call.parameters.prefix).startsWith('acme/')
          ? { status: 200, body: '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>' }
          : accountHandlers()['s3:ListBucket']!(call),
    });
    expect(findings.filter(({ check: name }) => name === 'staged weights')).toMatchObject([
      { status: 'pass' },
      {
        status: 'warn',
        detail: expect.stringContaining(`nothing of acme/support-lora at ${SUPPORT.revision} is staged`),
      },
    ]);
  });
});
