import type { Question, Reply } from '../../src/page/planner';
import { PlannerClient } from '../../src/page/planner-client';
import type { Plan } from '../../src/plan/schema';

/** Workers that answer when the test says so. */
function workers() {
  const started: {
    questions: Question[];
    ended: boolean;
    reply: (reply: Reply) => void;
    fail: (text: string) => void;
  }[] = [];
  return {
    started,
    start: (receive: (reply: Reply) => void, failed: (message: string) => void) => {
      const worker = { questions: [] as Question[], ended: false, reply: receive, fail: failed };
      started.push(worker);
      return {
        post: (question: Question) => void worker.questions.push(question),
        end: () => {
          worker.ended = true;
        },
      };
    },
  };
}

const READY: Reply = { kind: 'ready', models: [], regions: [], checkpoints: {} };
const answer = (id: number): Reply => ({
  kind: 'answer',
  id,
  outcome: { kind: 'plan', planText: String(id) },
  yaml: null,
  milliseconds: 1,
});
const asked = (questions: readonly Question[]): string[] =>
  questions.flatMap((question) => (question.kind === 'plan' ? String(question.state.rate) : []));

function client() {
  const made = workers();
  const answers: [number, boolean][] = [];
  const failures: string[] = [];
  const drafts: string[] = [];
  let readies = 0;
  const made2 = new PlannerClient(
    made.start,
    { kind: 'open', catalogue: null, solver: new Blob() },
    {
      ready: () => readies++,
      answer: ({ id }, newest) => void answers.push([id, newest]),
      draft: ({ plan }) => void drafts.push(plan.name),
      failed: (message) => void failures.push(message),
    },
    () => Date.now(),
  );
  return { planner: made2, started: made.started, answers, failures, drafts, readies: () => readies };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('one question runs, the newest waits, the others are dropped', () => {
  const { planner, started, answers, readies } = client();
  const [worker] = started;
  worker!.reply(READY);
  expect(readies()).toBe(1);
  for (const rate of ['1', '2', '3', '4']) planner.ask({ rate });
  expect(asked(worker!.questions)).toEqual(['1']);
  worker!.reply(answer(1));
  expect(asked(worker!.questions)).toEqual(['1', '4']);
  worker!.reply(answer(4));
  expect(answers).toEqual([
    [1, false],
    [4, true],
  ]);
});

test('an older answer that takes too long is cancelled with its worker, and never shown', () => {
  const { planner, started, answers, readies } = client();
  started[0]!.reply(READY);
  planner.ask({ rate: '1' });
  jest.advanceTimersByTime(5000);
  expect(started).toHaveLength(1);
  planner.ask({ rate: '2' });
  jest.advanceTimersByTime(1);
  expect(started[0]!.ended).toBe(true);
  expect(started).toHaveLength(2);
  started[0]!.reply(answer(1));
  expect(answers).toEqual([]);
  started[1]!.reply(READY);
  expect(asked(started[1]!.questions)).toEqual(['2']);
  started[1]!.reply(answer(2));
  expect(answers).toEqual([[2, true]]);
  expect(readies()).toBe(1);
});

test('a question that is answered in time leaves its worker alone', () => {
  const { planner, started } = client();
  planner.ask({ rate: '1' });
  planner.ask({ rate: '2' });
  jest.advanceTimersByTime(900);
  started[0]!.reply(answer(1));
  jest.advanceTimersByTime(900);
  started[0]!.reply(answer(2));
  jest.advanceTimersByTime(10_000);
  expect(started).toHaveLength(1);
});

test('what is known early is shown of the last question only, and the answer follows', () => {
  const { planner, started, answers, drafts } = client();
  const draft = (id: number): Reply => ({
    kind: 'draft',
    id,
    plan: { name: String(id) } as Plan,
    pending: 'mix',
  });
  planner.ask({ rate: '1' });
  started[0]!.reply(draft(1));
  planner.ask({ rate: '2' });
  started[0]!.reply(draft(1));
  started[0]!.reply(answer(1));
  started[0]!.reply(draft(2));
  started[0]!.reply(answer(2));
  expect(drafts).toEqual(['1', '2']);
  expect(answers).toEqual([
    [1, false],
    [2, true],
  ]);
});

test('a worker that cannot start says so', () => {
  const { started, failures } = client();
  started[0]!.fail('its worker did not start');
  expect(failures).toEqual(['its worker did not start']);
});
