import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../../src/aws/preflight/finding';
import { parsePlan, serializePlan } from '../../../src/plan/document';
import type { Plan } from '../../../src/plan/schema';
import { accountHandlers, CERTIFICATE, hubHandler, IMAGE, KEY, SECRET } from '../account';
import { cli, localEnvironment, setEnvironment, withTerraform } from '../environment';
import { type Call, type Handler, localAws } from '../local-aws';
import { json } from '../region';

const golden = 'test/golden/plans/tensor-parallel.plan.json';
const frozen = parsePlan(readFileSync(golden, 'utf8'), golden);
/** Of a known size, whatever the planner thinks of it next: 2 machines of 48 vCPUs, growing to 4. */
export const PLAN: Plan = {
  ...frozen,
  choice: { ...frozen.choice, instances: 2 },
  scaling: { ...frozen.scaling, maxInstances: 4 },
};
export const HUB = `web:GET /api/models/${PLAN.choice.hfId}/revision/main`;

export type Requirements = Plan['requirements'];
export const withRequirements = (change: (r: Requirements) => Partial<Requirements>): Plan => ({
  ...PLAN,
  requirements: { ...PLAN.requirements, ...change(PLAN.requirements) },
});
/** A plan that names everything a preflight can look at. */
export const FULL = withRequirements(({ network, deployment }) => ({
  network: {
    ...network,
    vpcId: 'vpc-0123456789abcdef0',
    machineSubnetIds: ['subnet-0000000000000001', 'subnet-0000000000000002'],
    loadBalancerSubnetIds: ['subnet-0000000000000001', 'subnet-0000000000000002'],
    certificateArn: CERTIFICATE,
    domain: { name: 'llm.example.com', hostedZoneId: 'Z123' },
  },
  deployment: { ...deployment, kmsKeyArn: KEY, apiKey: SECRET, image: IMAGE, weights: 's3' },
  stateBackend: { bucket: 'my-state', key: 'x', region: 'us-west-2' },
}));

let close: (() => Promise<void>) | undefined;
const closeLast = async (): Promise<void> => {
  await close?.();
  close = undefined;
};
afterEach(closeLast);

interface Result {
  readonly code: number;
  readonly err: string;
  readonly out: string;
  readonly findings: readonly Finding[];
  readonly of: (check: string) => Finding | undefined;
  readonly calls: readonly Call[];
}

/** `preflight --json` of a plan against a ready account, but for what `handlers` answer otherwise. */
export async function check(
  plan: Plan,
  handlers: Record<string, Handler>,
  ...words: string[]
): Promise<Result> {
  await closeLast();
  const folder = mkdtempSync(join(tmpdir(), 'preflight-'));
  const server = await localAws({
    [HUB]: hubHandler(plan.choice.checkpointBytes),
    ...accountHandlers(),
    ...handlers,
  });
  const restore = setEnvironment({
    ...localEnvironment(server.url, folder),
    HF_ENDPOINT: server.url,
    AWS_REGION: 'us-west-2',
    ...withTerraform(folder),
  });
  close = async () => {
    restore();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const path = join(folder, 'x.plan.json');
  writeFileSync(path, serializePlan(plan));
  const { code, out, err } = await cli('preflight', path, '--json', ...words);
  const findings = (out.startsWith('{') ? JSON.parse(out).findings : []) as Finding[];
  const of = (name: string) => findings.find((finding) => finding.check.startsWith(name));
  return { code, err, out, findings, of, calls: server.calls };
}

export const notFound: Handler = () =>
  json({ __type: 'ResourceNotFoundException', message: 'no such thing in 123456789012' }, 400);
export const denied: Handler = () =>
  json({ __type: 'AccessDeniedException', message: 'User arn:aws:iam::123456789012:user/x may not' }, 400);
