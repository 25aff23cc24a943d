import type { Plan } from '../../plan/schema';
import { h } from '../dom';
import type { FieldName, State } from '../state';
import type { Control, Value } from './control';

type Kind = 'rate' | 'users';

/** The choice between a rate and users; the field of the other is hidden, and its value carried over. */
export function loadKind(
  controls: ReadonlyMap<FieldName, Control>,
  change: (values: Readonly<Record<string, Value>>) => void,
) {
  let secondsBetween = 60;
  let current: State = {};
  const radio = (kind: Kind, text: string): [HTMLInputElement, HTMLElement] => {
    const input = h('input', { type: 'radio', name: 'load-kind', value: kind });
    input.addEventListener('change', () => change(switched(kind)));
    return [input, h('label', { class: 'check' }, input, ` ${text}`)];
  };
  const [rate, rateLabel] = radio('rate', 'requests a second');
  const [users, usersLabel] = radio('users', 'active users');
  const element = h(
    'fieldset',
    { class: 'field inline' },
    h('legend', {}, 'Load given as'),
    rateLabel,
    usersLabel,
  );

  const switched = (kind: Kind): Readonly<Record<string, Value>> => {
    const amount = Number(current[kind === 'users' ? 'rate' : 'users'] ?? 1);
    const known = Number.isFinite(amount) && amount > 0;
    if (kind === 'users')
      return {
        rate: undefined,
        users: String(known ? Math.max(1, Math.round(amount * secondsBetween)) : 100),
      };
    const perSecond = known ? Number((amount / secondsBetween).toPrecision(3)) : 1;
    return { users: undefined, 'seconds-between-requests': undefined, rate: String(perSecond) };
  };
  return {
    element,
    show: (state: State): void => {
      current = state;
      // An address may give both, which the planner refuses: then both are shown.
      const byUsers = state.users !== undefined;
      const byRate = state.rate !== undefined || !byUsers;
      users.checked = byUsers;
      rate.checked = !byUsers;
      controls.get('rate')!.element.hidden = !byRate;
      controls.get('users')!.element.hidden = !byUsers;
      controls.get('seconds-between-requests')!.element.hidden = !byUsers;
    },
    understood: ({ workload }: Plan['requirements']): void => {
      secondsBetween = workload.secondsBetweenRequests;
    },
  };
}
