import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { escapeMarkdown, markdownReport } from '../../src/report/markdown';
import { hostileText } from './hostile';
import { DAY_PLAN, hostilePlan, SMALL_PLAN } from './plans';

/** As GitHub reads it: HTML allowed, addresses become links, struck text and tables known. */
const markdown = new MarkdownIt({ html: true, linkify: true });
const tagsOf = (rendered: string): string[] => rendered.match(/<[^>]*>/g) ?? [];

/** Tags of a report whose texts are all this one, up to the glossary, which depends on the words. */
const tagsWith = (text: string): string[] => {
  const report = markdownReport(hostilePlan(text), 'plan.json');
  return tagsOf(markdown.render(report.slice(0, report.indexOf('<summary>Words'))));
};
const benign = tagsWith('harmless');

test('a hostile text never becomes markup in a table, a list or a paragraph', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      expect(tagsWith(text)).toEqual(benign);
    }),
    { numRuns: Number(process.env.HOSTILE_CASES ?? 20), seed: 7 },
  );
});

test('escaped text reads as it was written', () => {
  for (const text of [
    'a * b',
    '1. x',
    '- y',
    '# z',
    '<b>',
    'x|y',
    '[a](b)',
    '`c`',
    'a_b_c',
    '5 > 3 & 2',
    '&lt;',
    '+ 1',
  ])
    expect(markdown.render(escapeMarkdown(text))).toBe(`<p>${markdown.utils.escapeHtml(text)}</p>\n`);
});

test('nobody is called and no address is linked', () => {
  expect(escapeMarkdown('@someone see #12')).toBe('@\u2060someone see \\#\u206012');
  expect(markdown.render(escapeMarkdown('https://example.org www.example.org'))).not.toContain('<a');
});

test('the answer, figures and risks are in sight, the rest is folded', () => {
  const text = markdownReport(SMALL_PLAN, 'plans/small.plan.json');
  const sight = text.replace(/<details>[\s\S]*?<\/details>/g, '');
  expect(sight).toContain('requests/s');
  expect(sight).toContain('| Cost a month |');
  expect(sight).toContain('### Risks');
  expect(sight).not.toContain('instance types');
  expect(text.match(/<details>/g)).toHaveLength(text.match(/<\/details>/g)!.length);
  expect(text).toContain(`Why not the other ${SMALL_PLAN.rejected.length} instance types`);
});

test('a small change of a plan is a small change of its report', () => {
  const before = markdownReport(DAY_PLAN, 'p').split('\n');
  const after = markdownReport(
    { ...DAY_PLAN, cost: { ...DAY_PLAN.cost, usdPerHour: DAY_PLAN.cost.usdPerHour + 1 } },
    'p',
  ).split('\n');
  expect(after).toHaveLength(before.length);
  expect(after.filter((line, i) => line !== before[i])).toHaveLength(1);
});
