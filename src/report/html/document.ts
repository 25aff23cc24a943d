import type { Plan } from '../../plan/schema';
import { printable } from '../printable';
import { keyFigures } from '../view/answer';
import { glossary } from '../view/glossary';
import { nextSteps } from '../view/next';
import { sectionsOf, textOf } from '../view/sections';
import { diagram } from './diagram';
import { html, jsonForScript, Markup } from './escape';
import { sectionMarkup } from './parts';

/** What the document carries besides the plan: the bundled client and its style, and their hashes for the policy. */
export interface HtmlAssets {
  readonly script: string;
  readonly style: string;
  /** `sha256-…`, base64, of exactly these texts. */
  readonly scriptHash: string;
  readonly styleHash: string;
}

/**
 * A plan as one self-contained HTML file: no request leaves it, nothing but its own script runs in it.
 * @param file where the plan document is, for the commands of the last part
 * @param program what starts this program, for the same
 */
export function htmlReport(
  plan: Plan,
  file: string,
  { script, style, scriptHash, styleHash }: HtmlAssets,
  program = 'qwen-selfhost',
): string {
  const clean = printable(plan);
  const sections = sectionsOf(clean);
  const steps = nextSteps(clean, file, program);
  const words = glossary(`${clean.summary}\n${textOf(sections)}`);
  const policy = `default-src 'none'; script-src '${scriptHash}'; style-src '${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${clean.name}: ${clean.requirements.model} plan</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<p class="name">Plan <b>${clean.name}</b></p>
<label class="theme" hidden>Colours <select id="theme"><option value="auto">as the system</option><option value="light">light</option><option value="dark">dark</option></select></label>
</header>
<main>
<h1>${clean.summary}</h1>
<ul class="figures">${keyFigures(clean).map(({ label, value, note }) => html`<li><span class="label">${label}</span> <span class="value">${value}</span> <span class="note">${note}</span></li>`)}</ul>
${sections.map((section) => [
  sectionMarkup(section, clean),
  section.id === 'choice'
    ? html`<section id="deployment"><h2>What will be deployed</h2>${diagram(clean)}</section>
`
    : null,
])}
<section id="next"><h2>What to do next</h2><ol>${steps.map((step) => html`<li>${step}</li>`)}</ol></section>
<section id="words"><h2>Words</h2><dl>${words.map(([word, meaning]) => html`<div><dt>${word}</dt><dd>${meaning}</dd></div>`)}</dl></section>
</main>
<footer>Written by qwen-selfhost from a plan document; every figure above is a figure of that document. Price data of ${clean.dataDates.catalogue ?? 'an unstated date'}.</footer>
<p id="said" class="unseen" aria-live="polite"></p>
<script type="application/json" id="plan">${jsonForScript(clean)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}
