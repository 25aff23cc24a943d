import fc from 'fast-check';
import { anyCharacter } from '../any-character';

const PIECES = [
  '</script>',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<!--',
  '-->',
  ']]>',
  '"',
  "'",
  '`',
  '&lt;',
  '&',
  '\\',
  '|',
  '**',
  '# ',
  '- ',
  '1. ',
  '[a](javascript:alert(1))',
  '![a](https://example.org/x.png)',
  'https://example.org',
  'www.example.org',
  '@someone',
  '#12',
  '</details>',
  '</summary>',
  '\n\n## heading\n',
  '\r\n',
  '\t',
  '\u001b[31m',
  '\u0000',
  '\u2028',
  '\u202e',
  '{a|b}',
  '~~x~~',
  '$x$',
  ':smile:',
  '<style>*{}</style>',
  'javascript:alert(1)',
];

/** Texts made to break out of a document: fragments of markup among words and any other characters. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...PIECES),
      fc.string({ unit: anyCharacter, maxLength: 6 }),
      fc.constant('word '),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((pieces) => pieces.join(''));
