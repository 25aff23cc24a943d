import { number } from '../../report/format';
import { h } from '../dom';
import { type Change, type Control, frame } from './control';
import type { NumberField } from './field';
import { positionOf, STEPS, valueAt } from './scale';

/** A slider and a field for one number; the field keeps what was typed, right or wrong, for the planner to judge. */
export function numberControl(field: NumberField, change: Change): Control {
  const { name, label, unit, spoken } = field;
  let usual: number | string | null = null;

  const slider = h('input', { type: 'range', min: 0, max: STEPS, step: 1, 'aria-label': `${label}, slider` });
  const input = h('input', {
    type: 'text',
    id: name,
    inputmode: 'decimal',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 40,
  });
  const reset = h(
    'button',
    {
      type: 'button',
      class: 'reset',
      title: 'leave it to the planner',
      'aria-label': `${label}: leave it to the planner`,
    },
    '×',
  );
  const box = h('span', { class: 'entry' }, input, h('span', { class: 'unit', id: `${name}-unit` }, unit));
  const row = h('div', { class: 'row' }, slider, box, ...(field.understood ? [reset] : []));
  const around = frame(field, false, row);
  input.setAttribute('aria-describedby', `${name}-unit ${around.describedBy}`);

  const redraw = (moveSlider: boolean): void => {
    const given = input.value.trim();
    const value = given === '' ? usual : Number(given);
    const known = typeof value === 'number' && Number.isFinite(value);
    if (moveSlider && known) slider.value = String(positionOf(field, value));
    if (moveSlider && value === 'none') slider.value = String(STEPS);
    slider.setAttribute('aria-valuetext', known ? `${number(value)} ${unit}` : 'not given');
    input.placeholder = usual === null ? '' : typeof usual === 'number' ? plain(usual) : usual;
    reset.hidden = given === '';
    const said = known && value > 0 && spoken ? `${spoken(value)}.` : '';
    const source =
      given === '' && field.understood && usual !== null && usual !== 'none' ? 'Chosen for you.' : '';
    around.say([said && said[0]!.toUpperCase() + said.slice(1), source].filter(Boolean).join(' '));
  };

  slider.addEventListener('input', () => {
    input.value = String(valueAt(field, Number(slider.value)));
    redraw(false);
    slider.setAttribute('aria-valuetext', `${input.value} ${unit}`);
    change(input.value, false);
  });
  input.addEventListener('input', () => {
    redraw(true);
    change(input.value.trim() || undefined, true);
  });
  reset.addEventListener('click', () => {
    input.value = '';
    redraw(true);
    input.focus();
    change(undefined, false);
  });

  return {
    element: around.element,
    show: (value) => {
      const text = typeof value === 'string' ? value : '';
      if (input.value.trim() !== text) input.value = text;
      // A slider under the finger is where the finger is.
      redraw(document.activeElement !== slider);
    },
    understood: (value) => {
      usual = value;
      redraw(document.activeElement !== slider || input.value === '');
    },
    error: (message) => around.error(message, input),
  };
}

/** Digits that may be typed again: no separators. */
const plain = (value: number): string => String(Number(value.toPrecision(6)));
