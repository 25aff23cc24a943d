import type { Plan } from '../../plan/schema';
import { h, setText } from '../dom';
import { charts } from './charts';
import { detailSections } from './details';
import { tiles } from './tiles';

export interface AnswerView {
  readonly element: HTMLElement;
  /** A plan that was found, with what to warn of. */
  readonly plan: (plan: Plan, warnings: readonly string[]) => void;
  /** Nothing meets the requirements, or they make no sense: the line the command line prints. */
  readonly refused: (message: string, nothingMeetsIt: boolean) => void;
  readonly defect: (message: string) => void;
  /** What the planner is doing. */
  readonly status: (text: string, busy: boolean) => void;
}

/** The part of the page that shows the answer. Its skeleton stays; only contents change, so that focus and place are kept. */
export function answerView(place: HTMLElement): AnswerView {
  const summary = h('p', { class: 'summary' });
  const says = h('div', { role: 'status', 'aria-live': 'polite', 'aria-atomic': 'true' }, summary);
  const status = h('p', { class: 'status' });
  const figures = h('dl', { class: 'tiles', 'aria-label': 'The plan in figures' });
  const warned = h('ul', { class: 'warnings' });
  const drawn = charts();
  const details = detailSections();
  const planned = h('div', { class: 'planned' }, figures, warned, drawn.element, details.element);
  place.replaceChildren(h('h2', { class: 'visually-hidden' }, 'The answer'), says, status, planned);

  const state = (kind: 'plan' | 'nothing' | 'wrong' | 'defect'): void => {
    place.dataset.kind = kind;
    planned.hidden = kind !== 'plan';
  };
  return {
    element: place,
    plan: (plan, warnings) => {
      state('plan');
      setText(summary, plan.summary);
      figures.replaceChildren(...tiles(plan));
      warned.replaceChildren(...warnings.map((warning) => h('li', {}, warning)));
      details.show(plan);
      drawn.show(plan);
    },
    refused: (message, nothingMeetsIt) => {
      state(nothingMeetsIt ? 'nothing' : 'wrong');
      setText(summary, sentence(message));
    },
    defect: (message) => {
      state('defect');
      setText(summary, `The planner failed; please report this with the address of this page: ${message}`);
    },
    status: (text, busy) => {
      place.setAttribute('aria-busy', String(busy));
      setText(status, text);
    },
  };
}

const sentence = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
