/** Search fields over tables: rows that lack a word of the query are hidden. */
export function searchTables(root: Document): void {
  for (const field of root.querySelectorAll<HTMLInputElement>('[data-search]')) {
    const rows = [...root.querySelectorAll<HTMLTableRowElement>(`#${field.dataset.search} tbody tr`)];
    const count = root.querySelector(`[data-count="${field.dataset.search}"]`)!;
    field.closest('p')!.hidden = false;
    field.addEventListener('input', () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) {
        const text = row.textContent!.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
      const shown = rows.filter((row) => !row.hidden).length;
      count.textContent = `${shown} of ${rows.length} rows`;
    });
  }
}
