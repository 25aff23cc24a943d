/** `numbers`: a list with commas; `counts`: key=number, repeatable; `price`: name=input,output, repeatable; `schedule`: schedule-flag.ts; `adapter`: adapter-flag.ts. */
export type Kind =
  | 'text'
  | 'number'
  | 'texts'
  | 'on'
  | 'off'
  | 'tag'
  | 'numbers'
  | 'counts'
  | 'price'
  | 'adapter'
  | 'schedule';

/** Kinds that may be given several times. */
export const REPEATABLE: ReadonlySet<Kind> = new Set<Kind>([
  'texts',
  'tag',
  'counts',
  'price',
  'adapter',
  'schedule',
]);

export interface Flag {
  readonly flags: string;
  readonly path: readonly string[];
  readonly kind: Kind;
  readonly help: string;
}

/** A field of `selfhost.yaml` (`sizing.survive`) as a flag. */
export const flag = (flags: string, field: string, kind: Kind, help: string): Flag => ({
  flags,
  path: field.split('.'),
  kind,
  help,
});
