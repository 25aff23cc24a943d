import type { Plan } from '../../plan/schema';
import { usd } from '../../report/format';
import { type KeyFigure, keyFigures } from '../../report/view/answer';
import { byId, h, setText } from '../dom';
import { sectionList } from './sections';

export interface AnswerView {
  /** A plan that was found, with what to warn of. `alone`: its alternatives are still to come. */
  readonly plan: (plan: Plan, warnings: readonly string[], alone: boolean) => void;
  /** Nothing meets the requirements, or they make no sense: the line the command line prints. */
  readonly refused: (message: string, nothingMeetsIt: boolean) => void;
  readonly defect: (message: string) => void;
  /** What the planner is doing. */
  readonly status: (text: string, busy: boolean) => void;
}

/**
 * The part of the page that shows the answer. Its skeleton stays; only contents change, so that focus and place are kept.
 * @param takeAway shown between the answer and its details
 */
export function answerView(takeAway: HTMLElement, say: (text: string) => void): AnswerView {
  const place = byId('answer');
  const bar = byId('bar');
  const summary = h('p', { class: 'summary' });
  const status = h('p', { class: 'status' });
  const figures = h('ul', { class: 'figures', 'aria-label': 'The plan in figures' });
  const warned = h('ul', { class: 'warnings' });
  const sections = sectionList(say);
  place.replaceChildren(
    h('h2', { class: 'unseen' }, 'The answer'),
    summary,
    status,
    figures,
    warned,
    takeAway,
    sections.element,
  );

  const state = (kind: 'plan' | 'nothing' | 'wrong' | 'defect', text: string, short: string): void => {
    place.dataset.kind = kind;
    for (const part of [figures, warned, sections.element]) part.hidden = kind !== 'plan';
    setText(summary, text);
    setText(bar, short);
    bar.hidden = false;
    say(text);
  };
  return {
    plan: (plan, warnings, alone) => {
      const { instances, instanceType } = plan.choice;
      state('plan', plan.summary, `${instances} × ${instanceType}, ${usd(plan.cost.usdPerMonth)} a month`);
      figures.replaceChildren(...keyFigures(plan).map(keyFigure));
      warned.replaceChildren(...warnings.map((warning) => h('li', {}, sentence(warning))));
      sections.show(plan, alone);
    },
    refused: (message, nothingMeetsIt) =>
      nothingMeetsIt
        ? state('nothing', sentence(message), 'No plan meets this')
        : state('wrong', sentence(message), 'One of the fields is wrong'),
    defect: (message) =>
      state(
        'defect',
        `The planner failed; please report this with the address of this page: ${message}`,
        'The planner failed',
      ),
    status: (text, busy) => {
      place.setAttribute('aria-busy', String(busy));
      setText(status, text);
    },
  };
}

const keyFigure = ({ label, value, note }: KeyFigure): HTMLElement =>
  h(
    'li',
    {},
    h('span', { class: 'label' }, label),
    ' ',
    h('span', { class: 'value' }, value),
    ' ',
    h('span', { class: 'note' }, note),
  );

const sentence = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
