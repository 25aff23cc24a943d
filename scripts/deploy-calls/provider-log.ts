import { iamAction } from './iam-actions';

/** One request of the AWS provider: for which kind of resource (`aws_lb`, `data.aws_subnet`, `provider`), and its IAM action. */
export interface ProviderCall {
  readonly kind: string;
  readonly action: string;
}

const REQUEST = 'HTTP Request Sent';
/** An entry begins with its time; the bodies of requests run over several lines. */
const ENTRY = /^(?=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)/m;

const field = (entry: string, name: string): string | undefined => {
  const found = new RegExp(`(?:^|\\s)${name.replaceAll('.', '\\.')}=(?:"([^"]*)"|(\\S+))`).exec(entry);
  return found?.[1] ?? found?.[2];
};

/** The requests in a log that Terraform wrote with TF_LOG_PROVIDER=DEBUG (aws-sdk-go-base names service and operation). */
export function callsIn(log: string): ProviderCall[] {
  return log.split(ENTRY).flatMap((entry) => {
    if (!entry.includes(REQUEST)) return [];
    const service = field(entry, 'rpc.service');
    const operation = field(entry, 'rpc.method');
    if (service === undefined || operation === undefined)
      throw new Error(`a request without its name: ${entry.slice(0, 200)}`);
    const resource = field(entry, 'tf_resource_type');
    const data = field(entry, 'tf_data_source_type');
    const kind = resource ?? (data === undefined ? 'provider' : `data.${data}`);
    return [{ kind, action: iamAction(service, operation) }];
  });
}

/** Actions by kind, each sorted and named once. */
export function byKind(calls: readonly ProviderCall[]): Record<string, string[]> {
  const kinds = [...new Set(calls.map(({ kind }) => kind))].sort();
  return Object.fromEntries(
    kinds.map((kind) => [
      kind,
      [...new Set(calls.filter((call) => call.kind === kind).map(({ action }) => action))].sort(),
    ]),
  );
}
