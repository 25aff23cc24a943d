import { quote, UserError } from '../src/errors';
import { type IConstruct, Lazy } from './cdk';

/** What a stack is written as. The two read special characters differently. */
export type Language = 'json' | 'hcl';
const LANGUAGE = 'qwen-selfhost:language';

/** Says in which language a stack will be written; before anything is put into it. */
export function setLanguage(stack: IConstruct, language: Language): void {
  stack.node.setContext(LANGUAGE, language);
}

/** In every string of either language `${` and `%{` begin a template; doubling the sign is hclwrite's own escape. */
const withoutTemplates = (text: string): string => text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);

/** Characters that end or change a quoted string of HCL, as escapes: CDKTF's renderer leaves some of them alone. */
function quotedHcl(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, (sign) => `\\${sign}`);
  const unprintable = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return withoutTemplates(escaped).replaceAll(/[\p{Cc}\u2028\u2029]/gu, unprintable);
}

/**
 * Text that Terraform must take as it stands: whatever a user gave goes through here, or into a machine's
 * `config.json`, and nowhere else.
 * @throws UserError when it holds the marker by which CDKTF finds its references: CDKTF would replace it
 */
export function literal(text: string): string {
  if (text.includes('TfToken[')) {
    throw new UserError(
      `${quote(text)}: the text 'TfToken[' is reserved by CDK for Terraform; use another word`,
    );
  }
  if (!/[$%]\{|["\\]|[\p{Cc}\u2028\u2029]/u.test(text)) return text;
  return Lazy.stringValue({
    produce: ({ scope }) =>
      scope.node.tryGetContext(LANGUAGE) === 'hcl' ? quotedHcl(text) : withoutTemplates(text),
  });
}

/**
 * Text around references: each mark is replaced by its reference, all else is taken as it stands.
 * @throws UserError as `literal`
 */
export function literalAround(text: string, references: Readonly<Record<string, string>>): string {
  const [first, ...others] = Object.entries(references);
  if (first === undefined) return text === '' ? '' : literal(text);
  const [mark, reference] = first;
  return text
    .split(mark)
    .map((part) => literalAround(part, Object.fromEntries(others)))
    .join(reference);
}

/** `literal` over the keys and values of a map, keys in order. */
export function literalMap(map: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [literal(key), literal(value)]));
}
