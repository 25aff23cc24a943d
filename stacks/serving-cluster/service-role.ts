import type { Plan } from '../../src/plan/schema';
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
  IamRole,
  IamRolePolicy,
} from '../aws';
import type { Construct } from '../cdk';
import type { Account } from './account';

/** A role that one AWS service takes on. */
interface ServiceRole {
  /** Follows the plan's name in the role's; empty for the machines. */
  readonly suffix: string;
  readonly description: string;
  /** For example `codebuild`. */
  readonly service: string;
  /** Whose work it must be; EC2 takes a role for nobody else anyway. */
  readonly account?: Account;
  readonly statements: DataAwsIamPolicyDocumentStatement[];
}

/** Role, trust and permissions, as `role`, `trust`, `permissions` and `policy` of the scope. */
export function serviceRole(
  scope: Construct,
  plan: Plan,
  { suffix, description, service, account, statements }: ServiceRole,
): { readonly role: IamRole; readonly permissions: IamRolePolicy } {
  const role = new IamRole(scope, 'role', {
    namePrefix: `${plan.name}-${suffix}`,
    description,
    assumeRolePolicy: new DataAwsIamPolicyDocument(scope, 'trust', {
      statement: [
        {
          actions: ['sts:AssumeRole'],
          principals: [{ type: 'Service', identifiers: [`${service}.amazonaws.com`] }],
          ...(account === undefined
            ? {}
            : { condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] }] }),
        },
      ],
    }).json,
  });
  const permissions = new IamRolePolicy(scope, 'permissions', {
    namePrefix: `${plan.name}-`,
    role: role.id,
    policy: new DataAwsIamPolicyDocument(scope, 'policy', { statement: statements }).json,
  });
  return { role, permissions };
}
