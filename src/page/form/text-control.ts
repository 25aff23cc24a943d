import { h } from '../dom';
import { LISTS, LONGEST_VALUE, MOST_VALUES } from '../state';
import { type Change, type Control, frame, type Value } from './control';
import type { TextField } from './field';

/** A field for text; what it holds is for the planner to judge. */
export function textControl(field: TextField, change: Change): Control {
  const { name, examples = [], placeholder = '' } = field;
  const several = LISTS.has(name);
  const input = h('input', {
    type: 'text',
    id: name,
    class: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder,
    maxlength: several ? MOST_VALUES * (LONGEST_VALUE + ', '.length) : LONGEST_VALUE,
  });
  const buttons = examples.map(({ value, text }) => {
    const button = h('button', { type: 'button', class: 'small' }, text);
    button.addEventListener('click', () => {
      input.value = value;
      told(false);
    });
    return button;
  });
  const content = [input, ...(buttons.length > 0 ? [h('p', { class: 'row' }, ...buttons)] : [])];
  const around = frame(field, false, ...content);
  input.setAttribute('aria-describedby', around.describedBy);

  const valueIn = (text: string): Value => {
    if (!several) return text.trim() || undefined;
    const parts = text.split(',').map((part) => part.trim());
    const values = [...new Set(parts)].filter((part) => part !== '');
    return values.length > 0 ? values : undefined;
  };
  const told = (typing: boolean): void => change(valueIn(input.value), typing);
  input.addEventListener('input', () => told(true));

  return {
    element: around.element,
    show: (value) => {
      // What is being typed ends in a comma or a space now and then.
      if (JSON.stringify(valueIn(input.value)) === JSON.stringify(value)) return;
      input.value = value === undefined ? '' : [value].flat().join(', ');
    },
    understood: () => {},
    error: (message) => around.error(message, input),
  };
}
