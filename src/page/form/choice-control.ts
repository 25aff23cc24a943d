import { h } from '../dom';
import { type Change, type Control, frame, type Value } from './control';
import type { ChoiceField, FieldOption } from './field';

/** One of several; a value that is none of them (from an address) is shown all the same, for the planner to refuse. */
export function choiceControl(field: ChoiceField, options: readonly FieldOption[], change: Change): Control {
  let known = options;
  const elements = (offered: readonly FieldOption[]): HTMLElement[] =>
    offered.map(({ value, text }) => h('option', { value }, text));
  const select = h('select', { id: field.name }, elements(options));
  const around = frame(field, false, select);
  select.setAttribute('aria-describedby', around.describedBy);
  select.addEventListener('change', () => {
    tell();
    change(select.value || undefined, false);
  });
  const tell = (): void => around.say(known.find(({ value }) => value === select.value)?.about ?? '');
  const hasEmpty = options.some(({ value }) => value === '');
  const show = (value: Value): void => {
    const wanted = typeof value === 'string' ? value : hasEmpty ? '' : options[0]!.value;
    for (const option of [...select.options]) if (option.dataset.foreign === 'true') option.remove();
    // What stands for the usual choice may be named as well (preset=chat).
    if (![...select.options].some((option) => option.value === wanted)) {
      select.append(h('option', { value: wanted, 'data-foreign': 'true' }, wanted));
    }
    select.value = wanted;
    tell();
  };

  return {
    element: around.element,
    show,
    offer: (offered) => {
      const { value } = select;
      known = offered;
      select.replaceChildren(...elements(offered));
      show(value);
    },
    understood: (value) => around.say(value === null || select.value !== '' ? '' : `Here: ${value}.`),
    error: (message) => around.error(message, select),
  };
}
