import { h, setText } from '../dom';
import type { Field, FieldOption } from './field';

export type Value = string | readonly string[] | undefined;

/** One field of the form: what it shows is set from outside, what the user does is told through `change`. */
export interface Control {
  readonly element: HTMLElement;
  readonly show: (value: Value) => void;
  /** What the planner took for an empty field; null when it is not known. */
  readonly understood: (value: number | string | null) => void;
  readonly error: (message: string | null) => void;
  /** Other values to choose from, where they depend on another field. */
  readonly offer?: (options: readonly FieldOption[]) => void;
}

/** @param typing the value comes key by key, so there may be more in a moment */
export type Change = (value: Value, typing: boolean) => void;

export interface Frame {
  readonly element: HTMLElement;
  /** For `aria-describedby` of the input. */
  readonly describedBy: string;
  readonly say: (hint: string) => void;
  readonly error: (message: string | null, input: HTMLElement) => void;
}

/** The frame around an input: its label, hint and error. A group of inputs is a fieldset, whose label is its legend. */
export function frame({ name, label, hint = '' }: Field, group: boolean, ...content: readonly Node[]): Frame {
  const said = h('p', { class: 'hint note', id: `${name}-hint` }, hint);
  const problem = h('p', { class: 'error', id: `${name}-error`, hidden: true });
  const parts = [...content, said, problem];
  return {
    element: group
      ? h('fieldset', { class: 'field' }, h('legend', {}, label), ...parts)
      : h('div', { class: 'field' }, h('label', { for: name }, label), ...parts),
    describedBy: `${name}-hint ${name}-error`,
    say: (text) => setText(said, [hint, text].filter((part) => part !== '').join(' ')),
    error: (message, input) => {
      problem.hidden = message === null;
      setText(problem, message ?? '');
      if (message === null) input.removeAttribute('aria-invalid');
      else input.setAttribute('aria-invalid', 'true');
    },
  };
}
