import type { Plan } from '../../src/plan/schema';
import { SecretsmanagerSecret, SecretsmanagerSecretVersion } from '../aws';
import { Construct, TerraformVariable } from '../cdk';
import { literal } from '../literal';

/** The secrets of a plan, and what a user calls them. */
const SECRETS = [
  { key: 'apiKey', id: 'api-key', variable: 'api_key', description: 'Key that callers send as bearer token' },
  {
    key: 'huggingFaceToken',
    id: 'hugging-face-token',
    variable: 'hugging_face_token',
    description: 'Token that downloads the weights',
  },
] as const;

/**
 * Secrets that machines read at their start. Named by ARN, or made from an ephemeral variable by a write-only argument
 * (Terraform 1.11): the value is in neither state nor plan file.
 */
export class Secrets extends Construct {
  /** ARN by name, of those that the plan asks for. */
  readonly arns: Readonly<Record<string, string>>;
  /** ARN by variable, of those that the stack makes: where a new value is put. */
  readonly made: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, plan: Plan, keyArn: string) {
    super(scope, id);
    const arns: Record<string, string> = {};
    const made: Record<string, string> = {};
    for (const { key, id: secretId, variable, description } of SECRETS) {
      const source = plan.requirements.deployment[key];
      if (source === 'none') continue;
      if (source === 'variable') made[variable] = this.written(plan, secretId, variable, description, keyArn);
      arns[key] = made[variable] ?? literal(source);
    }
    this.arns = arns;
    this.made = made;
  }

  private written(plan: Plan, id: string, variableName: string, description: string, keyArn: string): string {
    const variable = new TerraformVariable(this, `${id}-value`, {
      type: 'string',
      description: `${description}; set TF_VAR_${variableName}`,
      sensitive: true,
    });
    variable.overrideLogicalId(variableName);
    // An override, because CDKTF leaves `nullable` out of its HCL.
    variable.addOverride('nullable', false);
    variable.addOverride('ephemeral', true);
    const secret = new SecretsmanagerSecret(this, id, {
      // A prefix: a name stays taken for days after a destroy.
      namePrefix: `qwen-selfhost/${plan.name}/${id}-`,
      description: `${description} of ${plan.name}`,
      kmsKeyId: keyArn,
    });
    const version = new SecretsmanagerSecretVersion(this, `${id}-version`, {
      secretId: secret.id,
      secretStringWo: variable.stringValue,
      secretStringWoVersion: 1,
    });
    // Through the version, so that a machine never starts before the secret has a value.
    return version.arn;
  }
}
