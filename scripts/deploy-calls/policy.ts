/** Who calls what: by kind of resource (`aws_lb`), data source (`data.aws_subnet`), or the provider itself. */
export interface Recording {
  /** Version of the AWS provider whose calls were recorded. */
  readonly provider: string;
  readonly calls: Readonly<Record<string, readonly string[]>>;
}

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

/** What no recording shows (unrecorded.json). */
export interface Unrecorded {
  readonly kinds: readonly {
    readonly kind: string;
    readonly actions: readonly string[];
    readonly source: string;
    /** The emulator has no such service: nothing of the kind was recorded. */
    readonly whole?: boolean;
  }[];
  readonly conditional: readonly Statement[];
  readonly conditionalSources: Readonly<Record<string, string>>;
}

/** AWS answers these to any valid credentials. */
const FREE = /^sts:GetCallerIdentity$/;
/** The provider asks IAM who it is only after STS did not say, and goes on without an answer. */
const DISPENSABLE = /^iam:(GetUser|ListRoles)$/;
/** Stacks read one public parameter of AWS, and keep those of their own under one name. */
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  ssm: [
    'arn:aws:ssm:*::parameter/aws/service/deeplearning/ami/*',
    'arn:aws:ssm:*:*:parameter/qwen-selfhost/*',
  ],
};
/** Actions of these services that name no resource (Service Authorization Reference). */
const WITHOUT_RESOURCE: ReadonlySet<string> = new Set(['ssm:DescribeParameters']);

/** Data sources that the provider works out by itself. */
const LOCAL = new Set(['data.aws_iam_policy_document', 'data.aws_partition', 'data.aws_region']);

/** Kinds of resources and data sources of a Terraform configuration as JSON. */
export function kindsIn(configuration: string): string[] {
  const { resource = {}, data = {} } = JSON.parse(configuration) as Record<string, Record<string, unknown>>;
  return [...Object.keys(resource), ...Object.keys(data).map((kind) => `data.${kind}`)];
}

/** Actions that stacks of these kinds need, those behind a condition left out. @throws for a kind that nobody recorded */
export function neededActions(
  kinds: readonly string[],
  recording: Recording,
  unrecorded: Unrecorded,
): string[] {
  const known = (kind: string): readonly string[] | undefined => {
    const extra = unrecorded.kinds.filter((entry) => entry.kind === kind);
    const seen = recording.calls[kind] ?? (extra.some(({ whole }) => whole) ? [] : undefined);
    return seen && [...seen, ...extra.flatMap(({ actions }) => actions)];
  };
  const missing = kinds.filter((kind) => known(kind) === undefined && !LOCAL.has(kind));
  if (missing.length > 0)
    throw new Error(`no recording of ${missing.join(', ')}: npm run record:deploy (docs/account.md)`);
  const actions = [...(recording.calls.provider ?? []), ...kinds.flatMap((kind) => known(kind) ?? [])];
  return [...new Set(actions)].filter((action) => !FREE.test(action) && !DISPENSABLE.test(action)).sort();
}

/** The policy that allows just these actions, one statement a service. */
export function deployPolicy(actions: readonly string[], unrecorded: Unrecorded) {
  const services = [...new Set(actions.map((action) => action.split(':')[0]!))].sort();
  const ofService = (service: string): Statement => ({
    Sid: service.charAt(0).toUpperCase() + service.slice(1),
    Effect: 'Allow',
    Action: actions.filter((action) => action.startsWith(`${service}:`) && !WITHOUT_RESOURCE.has(action)),
    Resource: RESOURCES[service] ?? '*',
  });
  const others = actions.filter((action) => WITHOUT_RESOURCE.has(action));
  const nameless: Statement = { Sid: 'WithoutResource', Effect: 'Allow', Action: others, Resource: '*' };
  const statements = [...services.map(ofService), ...(others.length > 0 ? [nameless] : [])];
  return { Version: '2012-10-17', Statement: [...statements, ...unrecorded.conditional] };
}
