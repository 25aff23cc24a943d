import type { Plan } from '../../plan/schema';
import { h } from '../dom';
import type { Ready } from '../planner-client';
import type { FieldName, State } from '../state';
import { choiceControl } from './choice-control';
import type { Control, Value } from './control';
import type { Field, FieldGroup, FieldOption } from './field';
import { fieldOf } from './field-of';
import { GROUPS } from './fields';
import { listControl } from './list-control';
import { loadKind } from './load-kind';
import { numberControl } from './number-control';
import { textControl } from './text-control';

const BY_PLANNER: FieldOption = { value: '', text: 'the planner chooses' };

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
  offered: Pick<Ready, 'models' | 'regions' | 'checkpoints'>,
  change: (state: State, typing: boolean) => void,
): Form {
  let state: State = {};
  const controls = new Map<FieldName, Control>();
  const fields = GROUPS.flatMap(({ fields, more = [] }) => [...fields, ...more]);

  const set = (values: Readonly<Record<string, Value>>, typing: boolean): void => {
    const kept = Object.entries({ ...state, ...values }).filter(([, value]) => value !== undefined);
    state = Object.fromEntries(kept) as State;
    load.show(state);
    narrow();
    change(state, typing);
  };
  /** Checkpoints of the chosen model; of all where it is none that is known. */
  let narrowedTo: unknown;
  const narrow = (): void => {
    if (state.model === narrowedTo) return;
    narrowedTo = state.model;
    const own = offered.checkpoints[String(state.model)] ?? [
      ...new Set(Object.values(offered.checkpoints).flat()),
    ];
    controls.get('checkpoint')!.offer?.([BY_PLANNER, ...own.map((key) => ({ value: key, text: key }))]);
  };
  const offeredTo = (name: FieldName): FieldOption[] => {
    if (name === 'checkpoint') return [BY_PLANNER];
    return (name === 'model' ? offered.models : offered.regions).map((value) => ({ value, text: value }));
  };
  const controlOf = (field: Field): Control => {
    const changed = (value: Value, typing: boolean): void => set({ [field.name]: value }, typing);
    if (field.kind === 'number') return numberControl(field, changed);
    if (field.kind === 'text') return textControl(field, changed);
    const options = field.options ?? offeredTo(field.name);
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
    narrow();
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
