/** A document as `--json` prints it: two-space JSON, ending in a newline. */
export const jsonText = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
