import type { Plan } from '../../plan/schema';
import type { Chart } from '../charts/chart';
import { CHARTS } from '../charts/index';
import type { DataTable, Section } from '../view/section';
import { html, type Markup } from './escape';

/** One part of the report with its charts. */
export function sectionMarkup(section: Section, plan: Plan): Markup {
  const { id, title, lead, facts = [], items = [], table, tone, charts = [] } = section;
  return html`<section id="${id}" class="${tone ?? ''}">
<h2>${title}</h2>
${lead ? html`<p>${lead}</p>` : null}
${facts.length > 0 ? html`<dl>${facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>` : null}
${items.length > 0 ? html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>` : null}
${charts.length > 0 ? html`<div class="charts">${charts.map((chart) => chartMarkup(CHARTS.find((known) => known.id === chart)!, plan))}</div>` : null}
${table && table.rows.length > 0 ? (section.folded ? searchable(id, table) : tableMarkup(table)) : null}
</section>
`;
}

/** A chart's place, its text, and its figures as a table. */
function chartMarkup(chart: Chart, plan: Plan): Markup {
  const missing = chart.missing(plan);
  if (missing !== null)
    return html`<figure><figcaption>${chart.title}</figcaption><p class="missing">${missing}</p></figure>`;
  return html`<figure>
<figcaption id="${chart.id}-title">${chart.title}</figcaption>
<div class="chart" data-chart="${chart.id}" data-height="${chart.height}"></div>
<p class="note">${chart.describe(plan)}</p>
<details><summary>The same as a table</summary>${tableMarkup(chart.table(plan))}</details>
</figure>
`;
}

/** A long table behind a search field; without scripts it is simply a table. */
const searchable = (id: string, table: DataTable): Markup => html`<details class="searchable">
<summary>${table.caption} (${table.rows.length})</summary>
<p class="search" hidden><label>Search <input type="search" data-search="${id}-table" autocomplete="off"></label> <output data-count="${id}-table">${table.rows.length} rows</output></p>
${tableMarkup(table, `${id}-table`)}
</details>`;

const tableMarkup = ({ caption, columns, rows }: DataTable, id?: string): Markup => {
  const kind = (i: number): string => (columns[i]?.align === 'right' ? 'number' : '');
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table${id ? html` id="${id}"` : null}>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ title }, i) => html`<th scope="col" class="${kind(i)}">${title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (
    row,
  ) => html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row" class="${kind(i)}">${cell}</th>` : html`<td class="${kind(i)}">${cell}</td>`))}</tr>
`,
)}</tbody>
</table></div>`;
};
