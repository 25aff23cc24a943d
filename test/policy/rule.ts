export type Block = Record<string, unknown>;

/** A synthesised configuration, as far as rules look at it. */
export interface Configuration {
  readonly resource?: Record<string, Record<string, Block>>;
  readonly data?: Record<string, Record<string, Block>>;
  readonly variable?: Record<string, Block>;
  readonly locals?: Record<string, string>;
}

export interface Rule {
  /** The ids of other scanners' rules that it stands for, or 'own' for what they miss. */
  readonly ids: readonly string[];
  readonly says: string;
  /** Addresses that break it. */
  check(configuration: Configuration): string[];
  readonly fails: Configuration;
  readonly passes: Configuration;
}

/** Addresses of the resources of a type that do not hold what they should. */
export function unless(
  configuration: Configuration,
  type: string,
  holds: (block: Block, id: string) => boolean,
): string[] {
  return Object.entries(configuration.resource?.[type] ?? {})
    .filter(([id, block]) => !holds(block, id))
    .map(([id]) => `${type}.${id}`);
}

/** Whether anything but tags and remarks of a block mentions an address. */
const mentions = (block: unknown, address: string): boolean => JSON.stringify(block).includes(`${address}.`);

/** Buckets that no companion resource of the type, holding what it should, belongs to. */
export const bucketsWithout = (
  configuration: Configuration,
  type: string,
  holds: (block: Block) => boolean,
): string[] =>
  unless(configuration, 'aws_s3_bucket', (_, id) =>
    Object.values(configuration.resource?.[type] ?? {}).some(
      (block) => mentions(block.bucket, `aws_s3_bucket.${id}`) && holds(block),
    ),
  );

/** A bucket and one companion, for a fixture. */
export const bucketWith = (type: string, block: Block): Configuration => ({
  resource: { aws_s3_bucket: { x: {} }, [type]: { y: { bucket: 'aws_s3_bucket.x.id', ...block } } },
});

/** Everything in the configuration that mentions an address, apart from the block at that address itself. */
export function mentioning(configuration: Configuration, address: string): string[] {
  return Object.entries(configuration.resource ?? {}).flatMap(([type, blocks]) =>
    Object.entries(blocks)
      .filter(([id, block]) => `${type}.${id}` !== address && mentions(block, address))
      .map(([id]) => `${type}.${id}`),
  );
}

/** One resource of a type, for a fixture. */
export const one = (type: string, block: Block): Configuration => ({ resource: { [type]: { x: block } } });

export interface Statement {
  readonly sid?: string;
  readonly effect?: string;
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  readonly condition?: readonly unknown[];
  readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
}

/** Every statement that allows something, with its address. */
export function allowed(configuration: Configuration): [address: string, statement: Statement][] {
  return Object.entries(configuration.data?.aws_iam_policy_document ?? {}).flatMap(([id, { statement }]) =>
    ((statement ?? []) as Statement[])
      .filter(({ effect }) => effect !== 'Deny')
      .map((item): [string, Statement] => [`data.aws_iam_policy_document.${id}/${item.sid ?? ''}`, item]),
  );
}

export const policy = (...statement: Statement[]): Configuration => ({
  data: { aws_iam_policy_document: { x: { statement } } },
});
