import type { Plan } from '../../src/plan/schema';
import { SsmParameter } from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literal } from '../literal';
import type { Account } from './account';

/** Whether machines themselves must agree on a commit: it is not pinned, and no staging job has recorded one. */
const mustAgree = ({ choice, requirements }: Plan): boolean =>
  requirements.deployment.weights === 'huggingface' && !/^[0-9a-f]{40}$/.test(choice.revision);

/** Where the commit is kept that a branch was at when the first machine booted; null where there is nothing to agree on. */
export const revisionParameter = (plan: Plan): string | null =>
  mustAgree(plan) ? `/qwen-selfhost/${plan.name}/${plan.choice.hfId}/${plan.choice.revision}` : null;

/**
 * The commit that every machine serves although the plan names a branch: the first machine resolves it and writes it here,
 * all others read it. Otherwise a branch that moves would leave a fleet that answers differently from machine to machine.
 */
export class Revision extends Construct {
  readonly parameterArn: string | undefined;
  /** There before a machine looks for it. */
  readonly ready: ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, plan: Plan, account: Account) {
    super(scope, id);
    const name = revisionParameter(plan);
    if (name === null) return;
    this.ready.push(
      new SsmParameter(this, 'commit', {
        name: literal(name),
        description: `Commit of the weights that the machines of ${plan.name} serve`,
        type: 'String',
        // Not `value`, which is hidden in every plan as if it were a secret.
        insecureValue: literal(plan.choice.revision),
        // The first machine's to say. Each version has a description of its own, and the machines give none.
        lifecycle: { ignoreChanges: ['insecure_value', 'description'] },
      }),
    );
    this.parameterArn = account.arn('ssm', `parameter${literal(name)}`);
  }
}
