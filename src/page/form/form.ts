import type { Plan } from '../../plan/schema';
import { h } from '../dom';
import type { FieldName, State } from '../state';
import { choiceControl } from './choice-control';
import type { Control, Value } from './control';
import type { Field, FieldGroup } from './field';
import { fieldOf } from './field-of';
import { GROUPS } from './fields';
import { listControl } from './list-control';
import { loadKind } from './load-kind';
import { numberControl } from './number-control';

export interface Form {
  readonly show: (state: State) => void;
  /** What the planner took for the fields that are empty. */
  readonly understood: (requirements: Plan['requirements']) => void;
  /** Shows a message at the field it is about; the field's name, or null when it is about none. */
  readonly error: (message: string | null) => FieldName | null;
}

/** Builds the form in its place. `change` gets the whole new state. */
export function createForm(
  place: HTMLElement,
  offered: { readonly models: readonly string[]; readonly regions: readonly string[] },
  change: (state: State, typing: boolean) => void,
): Form {
  let state: State = {};
  const controls = new Map<FieldName, Control>();
  const fields = GROUPS.flatMap(({ fields, more = [] }) => [...fields, ...more]);

  const set = (values: Readonly<Record<string, Value>>, typing: boolean): void => {
    const kept = Object.entries({ ...state, ...values }).filter(([, value]) => value !== undefined);
    state = Object.fromEntries(kept) as State;
    load.show(state);
    change(state, typing);
  };
  const controlOf = (field: Field): Control => {
    const changed = (value: Value, typing: boolean): void => set({ [field.name]: value }, typing);
    if (field.kind === 'number') return numberControl(field, changed);
    const names = field.name === 'model' ? offered.models : offered.regions;
    const options = field.options ?? names.map((name) => ({ value: name, text: name }));
    return field.kind === 'choice'
      ? choiceControl(field, options, changed)
      : listControl(field, options, changed);
  };
  for (const field of fields) controls.set(field.name, controlOf(field));
  const load = loadKind(controls, (values) => {
    set(values, false);
    show(state);
  });

  const elements = (group: readonly Field[]): HTMLElement[] =>
    group.flatMap(({ name }) => [...(name === 'rate' ? [load.element] : []), controls.get(name)!.element]);
  const section = ({ title, fields, more = [] }: FieldGroup): HTMLElement =>
    h(
      'fieldset',
      { class: 'group' },
      h('legend', {}, title),
      ...elements(fields),
      ...(more.length > 0
        ? [h('details', { class: 'more' }, h('summary', {}, 'More'), ...elements(more))]
        : []),
    );
  place.replaceChildren(...GROUPS.map(section));
  place.addEventListener('submit', (event) => event.preventDefault());

  const show = (next: State): void => {
    state = next;
    load.show(state);
    for (const [name, control] of controls) control.show(state[name]);
  };
  return {
    show,
    understood: (requirements) => {
      load.understood(requirements);
      for (const { name, understood } of fields) {
        if (understood) controls.get(name)!.understood(understood(requirements));
      }
    },
    error: (message) => {
      const about = message === null ? null : fieldOf(message);
      for (const [name, control] of controls) control.error(name === about ? message : null);
      if (about !== null) reveal(controls.get(about)!.element);
      return about;
    },
  };
}

/** Opens what hides an element. */
function reveal(element: HTMLElement): void {
  for (let at: HTMLElement | null = element; at !== null; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) at.open = true;
  }
}
