/** Entry of the page: wires the address, the form, the planner's worker and the answer. */
import { oldPriceWarning } from '../aws/catalogue/age';
import type { Catalogue } from '../hardware/offerings';
import type { Plan } from '../plan/schema';
import { number } from '../report/format';
import { announcer } from './announce';
import type { Draft } from './answer';
import { commandOf } from './command';
import { byId, h } from './dom';
import { createForm, type Form } from './form/form';
import type { Reply } from './planner';
import { type Answer, PlannerClient, type PlannerWorker, type Ready } from './planner-client';
import { FIRST_STATE, fragmentOf, readFragment, type State } from './state';
import { answerView } from './view/answer-view';
import { takeAway } from './view/take-away';

/** Keys come faster than one wants to see plans. */
const TYPING_PAUSE_MS = 150;
/** Browsers refuse more than some 100 changes of address in half a minute. */
const ADDRESS_PAUSE_MS = 300;
const TITLE = 'qwen-selfhost planner';

const { element: live, say } = announcer();
const toTake = takeAway(say);
const view = answerView(toTake.element, say);
document.body.append(live);

let form: Form | null = null;
let state: State = FIRST_STATE;
let typing: ReturnType<typeof setTimeout> | undefined;
let addressing: ReturnType<typeof setTimeout> | undefined;

const textOf = (id: string): string => byId(id).textContent ?? '';
const program = new Blob([textOf('solver-program'), '\n', textOf('planner')], { type: 'text/javascript' });
const programUrl = URL.createObjectURL(program);
const client = new PlannerClient(
  startWorker,
  { kind: 'open', catalogue: catalogueOfServer(), solver: new Blob([textOf('solver')]) },
  { ready, answer: shown, draft: drafted, failed: (message) => view.defect(message) },
  () => performance.now(),
);

function startWorker(receive: (reply: Reply) => void, failed: (message: string) => void): PlannerWorker {
  const worker = new Worker(programUrl);
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
  addEventListener('hashchange', () => {
    if (location.hash.slice(1) !== fragmentOf(state)) readAddress();
  });
}

function readAddress(): void {
  const read = readFragment(location.hash);
  byId('notices').replaceChildren(
    ...read.ignored.map((line) => h('p', { class: 'banner' }, `Left out of the link: ${line}.`)),
  );
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
  toTake.yaml(yaml);
  if (outcome.kind === 'plan') {
    const plan = JSON.parse(outcome.planText) as Plan;
    found(plan);
    toTake.plan(plan, outcome.planText);
  } else {
    toTake.plan(null, '');
    document.title = TITLE;
    const wrong = outcome.kind === 'refused' && outcome.exitCode === 2;
    form?.error(wrong ? outcome.message : null);
    if (outcome.kind === 'defect') view.defect(outcome.message);
    else {
      view.refused(outcome.message, !wrong);
      if (outcome.requirements !== null) form?.understood(outcome.requirements);
    }
  }
  const took = outcome.kind === 'plan' ? `Planned in ${number(Math.round(milliseconds))} ms.` : '';
  if (newest) view.status(took, false);
}

const PENDING: Record<Draft['pending'], string> = {
  alternatives: 'Refining: simulating cheaper, faster and safer plans…',
  mix: 'Refining: looking for a cheaper mix of fleets…',
};

/** Only the whole plan can be taken away. */
function drafted({ plan, pending }: Draft): void {
  found(plan, pending === 'alternatives');
  toTake.plan(null, '');
  view.status(PENDING[pending], true);
}

function found(plan: Plan, alone = false): void {
  view.plan(plan, warningsOf(plan), alone);
  form?.understood(plan.requirements);
  form?.error(null);
  document.title = `${plan.choice.instances} × ${plan.choice.instanceType}: ${TITLE}`;
}

/** The warning that the command line prints. */
function warningsOf({ choice: { instanceType, region, market }, cost, dataDates }: Plan): string[] {
  const price = { instanceType, region, market, source: cost.instance.source };
  const old = oldPriceWarning(price, dataDates.catalogue ?? '', new Date());
  return old === null ? [] : [old];
}

for (const id of ['skip', 'bar']) {
  byId(id).addEventListener('click', (event) => {
    // The fragment of the address is the state.
    event.preventDefault();
    byId('answer').focus();
    byId('answer').scrollIntoView();
  });
}
