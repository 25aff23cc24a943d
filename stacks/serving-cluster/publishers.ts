import type { DataAwsIamPolicyDocumentStatement } from '../aws';
import type { Account } from './account';

/** AWS services that publish to the alert topic and say for whom. */
const NAMING_THEIR_ACCOUNT = [
  'budgets.amazonaws.com',
  'cloudwatch.amazonaws.com',
  'costalerts.amazonaws.com',
];

/**
 * What the services that publish alerts may do with the topic, and with the key that encrypts it. EventBridge stands apart
 * without condition: it gives none of the values that one could test, so that with a condition its messages are dropped in
 * silence (AWS, 'Troubleshooting Amazon EventBridge': no condition blocks in topic policies). Its rules reach a topic of
 * another account only where that account names it, so nothing is open to strangers by it.
 */
export function publisherStatements(
  account: Account,
  actions: string[],
  resource: string,
): DataAwsIamPolicyDocumentStatement[] {
  const service = (identifiers: string[]) => [{ type: 'Service', identifiers }];
  return [
    {
      sid: 'AlertPublishers',
      actions,
      resources: [resource],
      principals: service(NAMING_THEIR_ACCOUNT),
      condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] }],
    },
    {
      sid: 'AlertEvents',
      actions,
      resources: [resource],
      principals: service(['events.amazonaws.com']),
    },
  ];
}
