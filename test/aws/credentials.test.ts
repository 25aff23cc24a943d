import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, localEnvironment, setEnvironment } from './environment';
import { type Handler, type LocalAws, localAws } from './local-aws';
import { regionHandlers } from './region';

const TYPES = ['g6e.xlarge', 'g6e.2xlarge'];
const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toISOString();
const assumeRole: Handler = () => ({
  status: 200,
  body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${IN_AN_HOUR}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
});

let folder: string;
let server: LocalAws;
let restore: () => void;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  server = await localAws({ ...regionHandlers({ types: TYPES }), 'sts:AssumeRole': assumeRole });
});
afterEach(async () => {
  restore();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const KEYS = 'aws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key=s\n';

/** An environment without keys: whatever is found, is found in the files, or in nothing. */
function withFiles(config: string, more: Readonly<Record<string, string>> = {}): void {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, ...rest } = localEnvironment(
    server.url,
    folder,
  );
  writeFileSync(join(folder, 'aws-config'), config);
  writeFileSync(join(folder, 'aws-credentials'), '');
  restore = setEnvironment({ ...rest, ...more });
}
const regionsAsked = (): string[] => [
  ...new Set(server.calls.filter(({ action }) => action.startsWith('ec2:')).map(({ region }) => region)),
];

test('keys and region of the default profile, as `aws configure` writes them', async () => {
  withFiles(`[default]\nregion=eu-north-1\n${KEYS}`);
  expect(await cli('catalog', 'refresh')).toMatchObject({ code: 0, err: '' });
  expect(regionsAsked()).toEqual(['eu-north-1']);
});

test('a role is assumed once for all services, and its profile gives the region', async () => {
  withFiles(
    `[default]\n${KEYS}[profile deploy]\nrole_arn=arn:aws:iam::123456789012:role/deploy\nsource_profile=default\nregion=us-west-2\n`,
  );
  expect(await cli('catalog', 'refresh', '--profile', 'deploy')).toMatchObject({ code: 0, err: '' });
  expect(regionsAsked()).toEqual(['us-west-2']);
  expect(server.calls.filter(({ action }) => action === 'sts:AssumeRole').length).toBe(1);
});

test('the environment names the profile, and its region wins over the profile', async () => {
  withFiles(`[profile mine]\nregion=eu-north-1\n${KEYS}`, { AWS_PROFILE: 'mine', AWS_REGION: 'us-east-2' });
  expect((await cli('catalog', 'refresh')).code).toBe(0);
  expect(regionsAsked()).toEqual(['us-east-2']);
});

test('a credential program is run once', async () => {
  const script = `echo x >> ${folder}/runs; echo '{"Version":1,"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"s"}'`;
  writeFileSync(join(folder, 'program.sh'), script);
  withFiles(`[default]\ncredential_process=sh ${folder}/program.sh\n`);
  expect((await cli('catalog', 'refresh')).code).toBe(0);
  expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe('x\n');
});

const SSO =
  '[sso-session corp]\nsso_start_url=https://corp.awsapps.com/start\nsso_region=us-east-1\n[profile sso]\nsso_session=corp\nsso_account_id=123456789012\nsso_role_name=dev\n';
const PROBLEMS: [what: string, config: string, profile: string, message: RegExp][] = [
  [
    'a profile that is nowhere',
    '[default]\n',
    'nobody',
    /there is no profile "nobody" in your AWS configuration/,
  ],
  [
    'a profile that asks for an MFA code',
    `[default]\n${KEYS}[profile mfa]\nrole_arn=arn:aws:iam::123456789012:role/x\nsource_profile=default\nmfa_serial=arn:aws:iam::123456789012:mfa/me\n`,
    'mfa',
    /asks for an MFA code, which cannot be typed here; run 'aws sts get-session-token'/,
  ],
  ['SSO without a login', SSO, 'sso', /the session has expired; run 'aws sso login'/],
];
test.each(PROBLEMS)('%s', async (_, config, profile, message) => {
  withFiles(config, { HOME: folder });
  const { code, err } = await cli('catalog', 'refresh', '--region', 'us-east-1', '--profile', profile);
  expect(err).toMatch(message);
  expect(err).not.toContain('123456789012');
  expect(code).toBe(3);
  expect(server.calls.filter(({ action }) => action.startsWith('ec2:'))).toEqual([]);
});

test('an SSO session that has run out', async () => {
  mkdirSync(join(folder, '.aws', 'sso', 'cache'), { recursive: true });
  const name = createHash('sha1').update('corp').digest('hex');
  writeFileSync(
    join(folder, '.aws', 'sso', 'cache', `${name}.json`),
    JSON.stringify({
      accessToken: 'x',
      expiresAt: '2020-01-01T00:00:00Z',
      region: 'us-east-1',
      startUrl: 'https://corp.awsapps.com/start',
    }),
  );
  withFiles(SSO, { HOME: folder });
  const { code, err } = await cli('catalog', 'refresh', '--region', 'us-east-1', '--profile', 'sso');
  expect(err).toMatch(/the session has expired; run 'aws sso login'/);
  expect(code).toBe(3);
});

test('off EC2, a metadata address that answers nothing is not waited for long', async () => {
  const hole: Server = createServer(() => {});
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
  const { port } = hole.address() as AddressInfo;
  withFiles('', {
    AWS_EC2_METADATA_DISABLED: 'false',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}`,
  });
  const started = performance.now();
  const { code, err } = await cli('catalog', 'refresh', '--region', 'us-east-1');
  hole.closeAllConnections();
  hole.close();
  expect(err).toMatch(/no valid AWS credentials; run 'aws configure'/);
  expect(code).toBe(3);
  expect((performance.now() - started) / 1000).toBeLessThan(10);
});

test.each([
  ['--region', ['--region', 'cn-north-1'], {}, /^error: --region: cn-north-1 is in a partition of AWS/],
  ['AWS_REGION', [], { AWS_REGION: 'us-gov-west-1' }, /^error: AWS_REGION: us-gov-west-1 is in a partition/],
])('a region of China or GovCloud by %s is refused', async (_, words, more, message) => {
  withFiles('', more);
  expect(await cli('catalog', 'refresh', ...words)).toMatchObject({
    code: 2,
    err: expect.stringMatching(message),
  });
});
