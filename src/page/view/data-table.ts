import type { DataTable } from '../../report/view/section';
import { h } from '../dom';

export interface ShownTable {
  readonly element: HTMLElement;
  readonly show: (table: DataTable) => void;
  /** Hides the rows that do not contain the text; how many are left. */
  readonly filter: (text: string) => number;
}

/** A table that scrolls by itself when it is large; its first column names the row. */
export function shownTable(label: string): ShownTable {
  const caption = h('caption', { class: 'visually-hidden' });
  const head = h('tr', {});
  const body = h('tbody', {});
  const table = h('table', {}, caption, h('thead', {}, head), body);
  const element = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, table);
  return {
    element,
    show: ({ caption: title, columns, rows }) => {
      const side = (i: number): string | null => (columns[i]?.align === 'right' ? 'right' : null);
      caption.replaceChildren(title);
      head.replaceChildren(
        ...columns.map((column, i) => h('th', { scope: 'col', class: side(i) }, column.title)),
      );
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
    },
    filter: (text) => {
      const wanted = text.trim().toLowerCase();
      let left = 0;
      for (const row of body.rows) {
        row.hidden = !(row.textContent ?? '').toLowerCase().includes(wanted);
        if (!row.hidden) left++;
      }
      return left;
    },
  };
}
