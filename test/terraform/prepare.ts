import type { Emulator, Stack } from './stack';

/** What a region of the emulated account holds before any stack is applied: outputs of `fixture.tf.json`. */
export interface Fixture {
  readonly image_id: string;
  readonly image_parameter: string;
  readonly vpc_id: string;
  readonly route_table_id: string;
  readonly machine_subnets: Readonly<Record<string, string>>;
  readonly balancer_subnets: Readonly<Record<string, string>>;
  readonly zone_id: string;
  readonly certificate_arn: string;
  readonly web_acl_arn: string;
}

type Json = unknown;

/** A copy of a JSON document, with each text replaced by what `change` makes of it and of the property that it stands in. */
function mapTexts(value: Json, change: (text: string, property: string) => string, property = ''): Json {
  if (typeof value === 'string') return change(value, property);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change, property));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key, ''), mapTexts(item, change, key)]),
  );
}

/** A stack whose user's ids (VPC, subnets, zone, certificate, web ACL, image) are those of the fixture. */
export function withFixture(stack: Stack, fixture: Fixture): Stack {
  const text = JSON.stringify(stack);
  const planned = [...new Set(text.match(/\b[a-z]{2,5}\d-az\d\b/g) ?? [])];
  const zones = [...new Set([...planned, ...Object.keys(fixture.machine_subnets).sort()])];
  const ids = new Map<string, string>();
  for (const [kind, subnets] of [
    ['machines', fixture.machine_subnets],
    ['balancer', fixture.balancer_subnets],
  ] as const) {
    const named = Object.keys(stack.data.aws_subnet ?? {}).flatMap(
      (id) => new RegExp(`_${kind}-(subnet-[0-9a-f]+)$`).exec(id)?.[1] ?? [],
    );
    named.forEach((id, index) => {
      ids.set(id, subnets[zones[index % zones.length]!]!);
    });
  }
  const byProperty: Readonly<Record<string, string>> = {
    zone_id: fixture.zone_id,
    certificate_arn: fixture.certificate_arn,
    web_acl_arn: fixture.web_acl_arn,
  };
  return mapTexts(stack, (given, property) => {
    const named = byProperty[property];
    if (named !== undefined && !given.includes('${')) return named;
    return given
      .replaceAll(/\bvpc-[0-9a-f]{8,17}\b/g, fixture.vpc_id)
      .replaceAll(/\brtb-[0-9a-f]{8,17}\b/g, fixture.route_table_id)
      .replaceAll(/\bsubnet-[0-9a-f]{8,17}\b/g, (id) => ids.get(id) ?? id)
      .replaceAll(/\bami-[0-9a-f]{8,17}\b/g, fixture.image_id)
      .replaceAll(/^\/aws\/service\/deeplearning\/ami\/.*/g, fixture.image_parameter);
  }) as Stack;
}

/** Plan of a stack, as its tags name it. */
export const PLAN_TAG = 'qwen-selfhost:plan';
export function planOf(stack: Stack): string {
  const [{ default_tags }] = stack.provider.aws as [{ default_tags: { tags: Record<string, string> }[] }];
  return default_tags[0]!.tags[PLAN_TAG]!;
}

/** Without its backend, with the provider at hand and an emulator's settings. Whatever Terraform decides stays as it is. */
export function forEmulator(stack: Stack, providerVersion: string, { accountWideNames }: Emulator): Stack {
  const copy = structuredClone(stack);
  delete copy.terraform.backend;
  copy.terraform.required_providers.aws.version = providerVersion;
  for (const provider of copy.provider.aws) {
    Object.assign(provider, {
      skip_credentials_validation: true,
      skip_metadata_api_check: true,
      s3_use_path_style: true,
      // What the emulator does not know it answers with 500: say so at once instead of asking 25 times.
      max_retries: 2,
    });
  }
  for (const { resource } of accountWideNames) {
    for (const block of Object.values(copy.resource[resource] ?? {})) {
      block.name = `${planOf(stack)}-${block.name}`;
    }
  }
  return copy;
}

/** A stack without some of its resources, and what was left out, by address and reason. */
export interface Reduced {
  readonly stack: Stack;
  readonly leftOut: readonly { readonly address: string; readonly reason: string }[];
}

/** Without what the emulator cannot create: those are validated, and not applied. */
export function appliable(stack: Stack, { notApplied }: Emulator): Reduced {
  const copy = structuredClone(stack);
  const leftOut = notApplied.flatMap(({ resource, reason }) => {
    const ids = Object.keys(copy.resource[resource] ?? {});
    delete copy.resource[resource];
    // What tells the user of it goes too.
    for (const [name, block] of Object.entries(copy.output ?? {})) {
      if (JSON.stringify(block).includes(`${resource}.`)) delete copy.output![name];
    }
    return ids.map((id) => ({ address: `${resource}.${id}`, reason }));
  });
  return { stack: copy, leftOut };
}

interface Action {
  readonly type?: string;
}

/** Without what only a newer major version of the provider than the one at hand knows. */
export function knownTo(stack: Stack, providerVersion: string, { newerThanProvider5 }: Emulator): Reduced {
  if (Number(providerVersion.split('.')[0]) > 5) return { stack, leftOut: [] };
  const copy = structuredClone(stack);
  const leftOut: Reduced['leftOut'][number][] = [];
  for (const { resource, action, attribute, reason } of newerThanProvider5) {
    for (const [id, block] of Object.entries(copy.resource[resource] ?? {})) {
      if (attribute !== undefined && block[attribute] !== undefined) {
        delete block[attribute];
        leftOut.push({ address: `${resource}.${id}.${attribute}`, reason });
      }
      const actions = block.action as Action[] | undefined;
      const kept = actions?.filter(({ type }) => type !== action);
      if (action !== undefined && kept !== undefined && kept.length < actions!.length) {
        block.action = kept;
        leftOut.push({ address: `${resource}.${id}: ${action}`, reason });
      }
    }
  }
  return { stack: copy, leftOut };
}
