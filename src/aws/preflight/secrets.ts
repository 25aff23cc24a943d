import type { Plan } from '../../plan/schema';
import { scrub } from '../failure';
import type { Session } from '../session';
import { type Finding, fail, pass, unanswered } from './finding';

/** AWS's own key, which decrypts for whoever may read the secret. */
const AWS_OWN = /(^|:)alias\/aws\/secretsmanager$/;

/** Why the machines could not decrypt a secret although they may read it; null where they can, by all that is seen. */
function undecryptable(
  keyId: string | undefined,
  { kmsKeyArn, secretsKmsKeyArn }: Plan['requirements']['deployment'],
): Omit<Finding, 'check'> | null {
  if (keyId === undefined || AWS_OWN.test(keyId)) return null;
  const id = (arn: string | null) => arn?.split('/').at(-1);
  if ([kmsKeyArn, secretsKmsKeyArn].some((arn) => id(arn) === id(keyId))) return null;
  const fix = `set deployment.secretsKmsKeyArn to the key's ARN: aws kms describe-key --key-id ${scrub(id(keyId)!)} --query KeyMetadata.Arn`;
  // An alias may stand for the key that is named.
  return keyId.includes('alias/') && secretsKmsKeyArn !== null
    ? {
        status: 'warn',
        detail: 'it is encrypted with a key that is named by an alias: not compared',
        fix: 'compare by hand',
      }
    : { status: 'fail', detail: 'it is encrypted with a key of your own that machines may not use', fix };
}

/** Secrets that the plan names: there, with a value, in its region. Their values are never read. */
export async function secrets(session: Session, { choice, requirements }: Plan): Promise<Finding[]> {
  const { apiKey, huggingFaceToken } = requirements.deployment;
  const named = { 'API key': apiKey, 'Hugging Face token': huggingFaceToken };
  return Promise.all(
    Object.entries(named).map(async ([what, value]): Promise<Finding> => {
      const check = `secret: ${what}`;
      if (value === 'none') return pass(check, 'none asked for');
      if (value === 'variable') return pass(check, `given to Terraform as a variable at apply`);
      const create = `aws secretsmanager create-secret --region ${choice.region} --name NAME --secret-string file://secret.txt`;
      const region = value.split(':')[3] ?? '';
      if (region !== choice.region)
        return fail(check, `it is in ${region}, the machines in ${choice.region}`, create);
      try {
        const { SecretsManagerClient, DescribeSecretCommand } = await import(
          '@aws-sdk/client-secrets-manager'
        );
        const client = await session.client('secrets', region, (config) => new SecretsManagerClient(config));
        const secret = await session.call('secretsmanager:DescribeSecret', (options) =>
          client.send(new DescribeSecretCommand({ SecretId: value }), options),
        );
        if (secret.DeletedDate)
          return fail(
            check,
            'it is scheduled for deletion',
            'aws secretsmanager restore-secret --secret-id ID',
          );
        const hasValue = Object.values(secret.VersionIdsToStages ?? {}).some((stages) =>
          stages.includes('AWSCURRENT'),
        );
        const locked = undecryptable(secret.KmsKeyId, requirements.deployment);
        if (hasValue && locked !== null) return { check, ...locked };
        return hasValue
          ? pass(check, 'present, with a value')
          : fail(
              check,
              'it has no value yet',
              'aws secretsmanager put-secret-value --secret-id ID --secret-string file://secret.txt',
            );
      } catch (thrown) {
        return unanswered(check, thrown, create);
      }
    }),
  );
}

/** The key service: an existing key is enabled; without one the service must at least answer, as the stack makes a key. */
export async function keyService(session: Session, { choice, requirements }: Plan): Promise<Finding> {
  const check = 'key service';
  const { kmsKeyArn } = requirements.deployment;
  const another = 'enable the key, or drop deployment.kmsKeyArn so that a new one is made';
  try {
    const { KMSClient, DescribeKeyCommand, ListAliasesCommand } = await import('@aws-sdk/client-kms');
    const client = await session.client('kms', choice.region, (config) => new KMSClient(config));
    if (kmsKeyArn === null) {
      await session.call('kms:ListAliases', (options) =>
        client.send(new ListAliasesCommand({ Limit: 1 }), options),
      );
      return pass(check, 'reachable; a new key is made');
    }
    const { KeyMetadata } = await session.call('kms:DescribeKey', (options) =>
      client.send(new DescribeKeyCommand({ KeyId: kmsKeyArn }), options),
    );
    if (KeyMetadata?.KeyState !== 'Enabled')
      return fail(check, `the key is ${KeyMetadata?.KeyState ?? 'unknown'}`, another);
    if (KeyMetadata.KeyUsage && KeyMetadata.KeyUsage !== 'ENCRYPT_DECRYPT')
      return fail(check, 'the key does not encrypt', another);
    return pass(check, 'the key is enabled');
  } catch (thrown) {
    return unanswered(check, thrown, another);
  }
}
