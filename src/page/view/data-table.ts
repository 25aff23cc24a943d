import { plural } from '../../report/format';
import type { DataTable } from '../../report/view/section';
import { h, setText } from '../dom';

export interface ShownTable {
  readonly element: HTMLElement;
  readonly show: (table: DataTable) => void;
}

let tables = 0;

/** A table that scrolls by itself when it is large; its first column names the row. A long one can be searched. */
export function shownTable(label: string, searchable = false): ShownTable {
  const caption = h('caption', { class: 'unseen' });
  const head = h('tr', {});
  const body = h('tbody', {});
  const table = h('table', {}, caption, h('thead', {}, head), body);
  const scroll = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, table);

  const id = `search-${++tables}`;
  const search = h('input', { type: 'search', id, autocomplete: 'off', placeholder: 'for example p5' });
  const left = h('span', { class: 'note', role: 'status' });
  const filter = (): void => {
    const words = search.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const row of body.rows) {
      const text = (row.textContent ?? '').toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown++;
    }
    setText(left, plural(shown, 'row'));
  };
  search.addEventListener('input', filter);
  const field = h('p', { class: 'row no-print' }, h('label', { for: id }, 'Search'), search, left);

  return {
    element: h('div', {}, ...(searchable ? [field] : []), scroll),
    show: ({ caption: title, columns, rows }) => {
      const side = (i: number): string | null => (columns[i]?.align === 'right' ? 'number' : null);
      const header = columns.map((column, i) => h('th', { scope: 'col', class: side(i) }, column.title));
      setText(caption, title);
      head.replaceChildren(...header);
      body.replaceChildren(
        ...rows.map((cells) =>
          h(
            'tr',
            {},
            ...cells.map((cell, i) =>
              i === 0 ? h('th', { scope: 'row' }, cell) : h('td', { class: side(i) }, cell),
            ),
          ),
        ),
      );
      if (searchable) filter();
    },
  };
}
