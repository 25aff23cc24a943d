import { h, setText } from '../dom';
import { type Change, type Control, frame, type Value } from './control';
import type { FieldOption, ListField } from './field';

/** A longer list is folded away under what is chosen. */
const SHORT_LIST = 4;

/** Any number of several, as check boxes; none checked stands for the usual one. */
export function listControl(field: ListField, options: readonly FieldOption[], change: Change): Control {
  let chosen: readonly string[] = [field.usual];
  const boxes = h('div', { class: 'checks' });
  const title = h('summary', {});
  const long = options.length > SHORT_LIST;
  const everywhere = h('button', { type: 'button', class: 'small' }, 'all');
  const usual = h('button', { type: 'button', class: 'small' }, `only ${field.usual}`);
  const content = long ? h('details', {}, title, h('p', { class: 'row' }, everywhere, usual), boxes) : boxes;
  const around = frame(field, true, content);

  const choose = (values: readonly string[]): void => {
    // In the order of the list, so that the same choice is the same address.
    const known = options.map(({ value }) => value).filter((value) => values.includes(value));
    chosen = known.length > 0 ? known : [field.usual];
    draw();
    change(chosen.length === 1 && chosen[0] === field.usual ? undefined : chosen, false);
  };
  const checkbox = (value: string, text: string): HTMLElement => {
    const box = h('input', { type: 'checkbox', value, 'aria-describedby': around.describedBy });
    box.addEventListener('change', () =>
      choose(box.checked ? [...chosen, value] : chosen.filter((other) => other !== value)),
    );
    return h('label', { class: 'check' }, box, ` ${text}`);
  };
  boxes.append(...options.map(({ value, text }) => checkbox(value, text)));
  everywhere.addEventListener('click', () => choose(options.map(({ value }) => value)));
  usual.addEventListener('click', () => choose([field.usual]));

  const draw = (): void => {
    for (const box of boxes.querySelectorAll('input')) box.checked = chosen.includes(box.value);
    const names =
      chosen.length > 3
        ? `${chosen.slice(0, 2).join(', ')} and ${chosen.length - 2} more`
        : chosen.join(', ');
    setText(title, chosen.length === options.length ? `all ${chosen.length}` : names);
  };

  return {
    element: around.element,
    show: (value: Value) => {
      const values = value === undefined ? [] : [value].flat();
      chosen = values.length > 0 ? values : [field.usual];
      draw();
    },
    understood: () => {},
    error: (message) => around.error(message, boxes),
  };
}
