import { h, setText } from './dom';

/** What a screen reader is told only once nothing newer has come for this long. */
const PAUSE_MS = 700;

export interface Announcer {
  readonly element: HTMLElement;
  /** Says it when the reader has time for it; what is said next replaces what was not said yet. */
  readonly say: (text: string) => void;
}

/** The one live region of the page: a slider on the move must not be read out at every step. */
export function announcer(): Announcer {
  const element = h('p', { class: 'unseen', role: 'status', 'aria-live': 'polite', id: 'said' });
  let pause: ReturnType<typeof setTimeout> | undefined;
  return {
    element,
    say: (text) => {
      clearTimeout(pause);
      pause = setTimeout(() => setText(element, text), PAUSE_MS);
    },
  };
}
