import type { DataAwsIamPolicyDocumentStatement } from '../aws';
import type { Account } from './account';

/** AWS services that publish to the alert topic. */
const PUBLISHERS = ['budgets', 'cloudwatch', 'costalerts', 'events'] as const;
type Publisher = (typeof PUBLISHERS)[number];

const ALLOWED: Readonly<Record<'topic' | 'key', { actions: string[]; strangers: readonly Publisher[] }>> = {
  // EventBridge gives none of the values that a condition could test: with one its messages are dropped in silence (AWS,
  // 'Using resource-based policies for Amazon EventBridge': no condition blocks in topic policies). Its rules can send only
  // to targets that the rule's own account may use, so nothing is open to others by it.
  topic: { actions: ['sns:Publish'], strangers: ['events'] },
  // AWS documents the account's condition on the key for budgets and cost anomalies, and none for the other two; who may not
  // publish to the topic gains nothing by the key.
  key: { actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], strangers: ['cloudwatch', 'events'] },
};

/** What the services that publish alerts may do with the topic, or with the key that encrypts it. */
export function publisherStatements(
  account: Account,
  what: keyof typeof ALLOWED,
  resource: string,
): DataAwsIamPolicyDocumentStatement[] {
  const { actions, strangers } = ALLOWED[what];
  const statement = (sid: string, services: readonly Publisher[]) => ({
    sid,
    actions,
    resources: [resource],
    principals: [{ type: 'Service', identifiers: services.map((name) => `${name}.amazonaws.com`) }],
  });
  return [
    {
      ...statement(
        'AlertPublishers',
        PUBLISHERS.filter((name) => !strangers.includes(name)),
      ),
      condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] }],
    },
    statement('AlertPublishersWithoutAccount', strangers),
  ];
}
