import fc from 'fast-check';
import { type DefaultTreeAdapterMap, parse } from 'parse5';
import type { Plan } from '../../src/plan/schema';
import { htmlReport } from '../../src/report/html/document';
import { escapeHtml, html, jsonForScript } from '../../src/report/html/escape';
import { hostileText } from './hostile';
import { DAY_PLAN, hostilePlan, SMALL_PLAN } from './plans';

type Node = DefaultTreeAdapterMap['node'];

const ASSETS = { script: 'drawn()', style: 'p{}', scriptHash: 'sha256-a', styleHash: 'sha256-b' };
const reportOf = (plan: Plan): Node => parse(htmlReport(plan, 'plan.json', ASSETS));

/** Elements and the names of their attributes, in order: all that markup is. */
function skeleton(node: Node): string {
  const own = 'tagName' in node ? `<${node.tagName} ${node.attrs.map(({ name }) => name).join(' ')}>` : '';
  return own + ('childNodes' in node ? node.childNodes.map(skeleton).join('') : '');
}

const textOf = (node: Node): string =>
  'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';

const find = (node: Node, wanted: (node: Node) => boolean): Node | undefined =>
  wanted(node)
    ? node
    : 'childNodes' in node
      ? node.childNodes.map((child) => find(child, wanted)).find((found) => found !== undefined)
      : undefined;

const documentIn = (root: Node): string =>
  textOf(find(root, (node) => 'attrs' in node && node.attrs.some(({ value }) => value === 'plan'))!);

describe('a hostile text', () => {
  // The glossary explains words of the text, so that a text with other words has other entries: compare without it.
  const withoutWords = (text: string): string => text.replace(/<section id>(?!.*<section id>).*/, '');
  const benign = withoutWords(skeleton(reportOf(hostilePlan('harmless'))));

  test('never becomes markup, wherever in the plan it stands', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(withoutWords(skeleton(reportOf(hostilePlan(text))))).toBe(benign);
      }),
      { numRuns: Number(process.env.HOSTILE_CASES ?? 12), seed: 7 },
    );
  });

  test('comes through as the text that it is', () => {
    const text = '</script><b onclick="x">&amp;"\'';
    const root = reportOf(hostilePlan(text));
    expect(textOf(root)).toContain(text);
    expect(JSON.parse(documentIn(root)).notes[0]).toBe(text);
  });

  test('the comparison would see an element', () => {
    expect(
      withoutWords(skeleton(parse(htmlReport(SMALL_PLAN, 'x', ASSETS).replace('<main>', '<main><b>')))),
    ).not.toBe(withoutWords(skeleton(reportOf(SMALL_PLAN))));
  });
});

test('a template escapes its parts and keeps markup of other templates', () => {
  expect(html`<p title="${'"x'}">${['<a>', html`<b>${1}</b>`]}${null}</p>`.text).toBe(
    '<p title="&quot;x">&lt;a&gt;<b>1</b></p>',
  );
});

test('JSON in a script element parses back to itself', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), hostileText), (value) => {
      const { text } = jsonForScript(value);
      expect(text).not.toMatch(/[<>&\u2028\u2029]/);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { seed: 7 },
  );
});

test('escaped text is parsed back to itself', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const body = find(
        parse(`<p>x${escapeHtml(text)}`),
        (node) => 'tagName' in node && node.tagName === 'p',
      )!;
      // Parsers replace these two of their own accord.
      expect(textOf(body)).toBe(`x${text.replace(/\r\n?/g, '\n').replaceAll('\u0000', '')}`);
    }),
    { seed: 7 },
  );
});

test('the policy allows the two hashes and nothing else', () => {
  const meta = find(
    reportOf(SMALL_PLAN),
    (node) => 'attrs' in node && node.attrs.some(({ value }) => value === 'Content-Security-Policy'),
  ) as DefaultTreeAdapterMap['element'];
  expect(meta.attrs.find(({ name }) => name === 'content')?.value).toBe(
    "default-src 'none'; script-src 'sha256-a'; style-src 'sha256-b'; img-src data:; base-uri 'none'; form-action 'none'",
  );
});

test('every section, every rejected type and the source of every price is in the document', () => {
  const text = textOf(reportOf(DAY_PLAN));
  for (const { instanceType, reason } of DAY_PLAN.rejected) {
    expect(text).toContain(instanceType);
    expect(text).toContain(reason);
  }
  for (const { api } of DAY_PLAN.breakEven!) expect(text).toContain(api);
  for (const { item } of DAY_PLAN.cost.items) expect(text).toContain(item.replace(' (estimate)', ' a month'));
  expect(text).toContain(DAY_PLAN.cost.instance.source);
  for (const zone of DAY_PLAN.choice.zoneIds) expect(text).toContain(`Zone ${zone}`);
});

test('the same plan gives the same bytes', () => {
  expect(htmlReport(SMALL_PLAN, 'x', ASSETS)).toBe(htmlReport(structuredClone(SMALL_PLAN), 'x', ASSETS));
});
