/** A UTF-16 unit as JSON's own escape. */
const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Text that neither Terraform, CDKTF, YAML nor a placeholder of ours reads as anything but itself. */
const INERT = 'A-Za-z0-9 _.,:;/=+(){}-';

/**
 * JSON whose strings hold only letters, digits and signs that mean nothing to what carries it; all else is escaped. So it
 * can be read in a diff, and packed with what is around it, which base64 would prevent.
 */
export const inertJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/"(?:[^"\\]|\\.)*"/g, (literal) => {
    const text = JSON.parse(literal) as string;
    return `"${text.replaceAll(new RegExp(`[^${INERT}]`, 'g'), escaped)}"`;
  });
