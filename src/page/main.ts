/** Entry of the page: wires the address, the form, the planner's worker and the answer. */
import { oldPriceWarning } from '../aws/catalogue/age';
import type { Catalogue } from '../hardware/offerings';
import type { Plan } from '../plan/schema';
import { number } from '../report/format';
import { commandOf } from './command';
import { byId, h, setText } from './dom';
import { createForm, type Form } from './form/form';
import type { Reply } from './planner';
import { type Answer, PlannerClient, type PlannerWorker, type Ready } from './planner-client';
import { fragmentOf, readFragment, type State } from './state';
import { answerView } from './view/answer-view';
import { takeAway } from './view/take-away';

/** Keys come faster than one wants to see plans. */
const TYPING_PAUSE_MS = 150;
/** Browsers refuse more than some 100 changes of address in half a minute. */
const ADDRESS_PAUSE_MS = 300;

const view = answerView(byId('answer'));
const said = h('p', { class: 'visually-hidden', role: 'status' });
const toTake = takeAway((text) => setText(said, text));
byId('answer').append(toTake.element, said);

let form: Form | null = null;
let state: State;
let typing: ReturnType<typeof setTimeout> | undefined;
let addressing: ReturnType<typeof setTimeout> | undefined;

const workerUrl = URL.createObjectURL(
  new Blob([byId('planner').textContent ?? ''], { type: 'text/javascript' }),
);
const client = new PlannerClient(
  startWorker,
  catalogueOfServer(),
  { ready, answer: shown, failed: (message) => view.defect(message) },
  () => performance.now(),
);

function startWorker(receive: (reply: Reply) => void, failed: (message: string) => void): PlannerWorker {
  const worker = new Worker(workerUrl);
  worker.onmessage = ({ data }: MessageEvent<Reply>) => receive(data);
  worker.onerror = ({ message }) => failed(message || 'its worker did not start');
  return { post: (question) => worker.postMessage(question), end: () => worker.terminate() };
}

/** `qwen-selfhost serve` puts the prices of its user's catalogue into the page; elsewhere the snapshot is used. */
function catalogueOfServer(): Catalogue | null {
  const data = document.getElementById('catalogue');
  return data === null ? null : (JSON.parse(data.textContent ?? '') as Catalogue);
}

function ready(offered: Ready): void {
  form = createForm(byId('form'), offered, changed);
  readAddress();
  addEventListener('hashchange', readAddress);
}

function readAddress(): void {
  if (location.hash.slice(1) === fragmentOf(state ?? {}) && state !== undefined) return;
  const read = readFragment(location.hash);
  const notices = read.ignored.map((line) =>
    h('p', { class: 'banner' }, `The link holds what this page does not use. ${line}.`),
  );
  byId('notices').replaceChildren(...notices);
  state = read.state;
  form?.show(state);
  ask();
}

function changed(next: State, byKey: boolean): void {
  state = next;
  clearTimeout(addressing);
  addressing = setTimeout(() => history.replaceState(null, '', `#${fragmentOf(state)}`), ADDRESS_PAUSE_MS);
  clearTimeout(typing);
  if (byKey) typing = setTimeout(ask, TYPING_PAUSE_MS);
  else ask();
}

function ask(): void {
  toTake.command(commandOf(state));
  view.status('Planning…', true);
  client.ask(state);
}

function shown({ outcome, yaml, milliseconds }: Answer, newest: boolean): void {
  if (newest) view.status(`Planned in ${number(Math.round(milliseconds))} ms.`, false);
  toTake.yaml(yaml);
  if (outcome.kind === 'plan') {
    const plan = JSON.parse(outcome.planText) as Plan;
    view.plan(plan, warningsOf(plan));
    toTake.plan(plan, outcome.planText);
    form?.understood(plan.requirements);
    form?.error(null);
    document.title = `${plan.choice.instances} × ${plan.choice.instanceType}: qwen-selfhost planner`;
    return;
  }
  toTake.plan(null, '');
  document.title = 'qwen-selfhost planner';
  if (outcome.kind === 'defect') view.defect(outcome.message);
  else {
    const wrong = outcome.exitCode === 2;
    // Half a number is not an error yet.
    form?.error(wrong ? outcome.message : null);
    view.refused(outcome.message, !wrong);
  }
}

/** The warning that the command line prints. */
function warningsOf({ choice: { instanceType, region, market }, cost, dataDates }: Plan): string[] {
  const price = { instanceType, region, market, source: cost.instance.source };
  return [oldPriceWarning(price, dataDates.catalogue ?? '', new Date()) ?? []].flat();
}

byId('skip').addEventListener('click', (event) => {
  // The fragment of the address is the state.
  event.preventDefault();
  byId('answer').focus();
});
