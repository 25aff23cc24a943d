import type { Plan } from '../plan/schema';
import type { Point } from './result';

type Seen = Omit<Point, 'suspects'>;

/** One thing to suspect; null when the figures do not show it. */
type Suspicion = (point: Seen, plan: Plan) => string | null;

const percent = (share: number): string => `${Math.round(share * 100)}%`;
const millis = (seconds: number): string => `${(seconds * 1000).toFixed(1)} ms`;

/** A late client measures itself: 5 ms, or a tenth of the time between tokens where that is longer. */
const MOST_LAG_SECONDS = 0.005;

const clientBound: Suspicion = ({ client, tpotSeconds }) => {
  const most = Math.max(MOST_LAG_SECONDS, (tpotSeconds?.p50 ?? 0) / 10);
  const late = Math.max(client.lagP99Seconds, client.latenessP99Seconds);
  return late <= most
    ? null
    : `this client: it ran ${millis(late)} late (p99); run it on a faster or idle machine, or at a lower rate, before believing these figures`;
};

const heldBack: Suspicion = ({ client }) =>
  client.heldBack === 0
    ? null
    : `more requests in flight than this client opens: ${client.heldBack} waited for a place; the endpoint does not keep up with the rate`;

const tokeniser: Suspicion = ({ lengths, tokens }) => {
  const { askedInput, input } = lengths;
  if (!tokens.statedByServer)
    return 'token counts: the endpoint states none, so every chunk of text counted as one token';
  return Math.abs(input / askedInput - 1) <= 0.1
    ? null
    : `the tokeniser: prompts came to ${Math.round(input)} tokens, ${Math.round(askedInput)} were meant; is the planned model served?`;
};

const shortAnswers: Suspicion = ({ lengths: { askedOutput, output } }) =>
  output >= 0.95 * askedOutput
    ? null
    : `short answers: ${Math.round(output)} tokens instead of ${Math.round(askedOutput)}; the endpoint ends them itself, so it did less than planned`;

const coldCache: Suspicion = ({ drift, server }, { requirements, engine }) => {
  const planned = engine.prefixCaching ? requirements.workload.sharedPrefixShare : 0;
  const rate = server?.prefixHitRate ?? null;
  if (rate !== null && rate < planned - 0.1)
    return `a cold prefix cache: ${percent(rate)} of prompt tokens were found, ${percent(planned)} planned; measure longer, or check that prefix caching is on`;
  if (rate === null && drift !== null && drift.ttftFirst > 1.5 * drift.ttftLast)
    return `a cold start: TTFT fell from ${millis(drift.ttftFirst)} to ${millis(drift.ttftLast)} during the run; measure longer, or with a longer --warmup`;
  return null;
};

const warmCache: Suspicion = ({ server }, { requirements }) => {
  const rate = server?.prefixHitRate ?? null;
  return rate === null || rate <= requirements.workload.sharedPrefixShare + 0.1
    ? null
    : `a prefix cache that knows these prompts: ${percent(rate)} of tokens were found, ${percent(requirements.workload.sharedPrefixShare)} planned; use another --seed`;
};

const noHistory: Suspicion = (_, { predicted: { history } }) =>
  history === undefined || history.findingShare === 0
    ? null
    : `history: the plan counts on ${percent(history.cachedShare)} of prompt tokens being found, and these prompts continue no conversation; expect no more than the plan says without, ${history.replicasWithout} replicas`;

const throttled: Suspicion = ({ drift }) =>
  drift === null || drift.tpotLast <= 1.15 * drift.tpotFirst
    ? null
    : `throttling or other load: TPOT rose from ${millis(drift.tpotFirst)} to ${millis(drift.tpotLast)} during the run; look at GPU clocks and temperature`;

const rateLimited: Suspicion = ({ requests: { errors } }) =>
  errors['rate-limited'] === undefined
    ? null
    : `a rate limit in front of the engine: ${errors['rate-limited']} requests got HTTP 429`;

const fullPool: Suspicion = ({ server }) => {
  if (server?.preemptions)
    return `a full KV pool: ${server.preemptions} sequences were preempted; fewer sequences at once, or more memory`;
  return server?.kvUseMax != null && server.kvUseMax > 0.95
    ? `a full KV pool: ${percent(server.kvUseMax)} was in use`
    : null;
};

const overloaded: Suspicion = ({ load, servedShare }) =>
  load.kind === 'closed' || servedShare == null || servedShare >= 0.85
    ? null
    : `overload: answers took ever longer; ${percent(servedShare)} of the requests were served as fast as they came`;

const tooShort: Suspicion = ({ load, servedShare, drift, e2eSeconds }) =>
  load.kind === 'closed' || servedShare !== null || drift === null || e2eSeconds === null
    ? null
    : `a short run: an answer takes ${Math.round(e2eSeconds.mean)} s, as long as requests came or longer, so that the load was never steady; measure longer`;

const tooFew: Suspicion = ({ requests: { succeeded } }) =>
  succeeded >= 200
    ? null
    : `chance: ${succeeded} requests say little about a 95th percentile; measure longer`;

/** Where nothing was answered, the errors tell; answers that never came are neither short nor slow. */
const ofAnswers =
  (suspicion: Suspicion): Suspicion =>
  (point, plan) =>
    point.requests.succeeded === 0 ? null : suspicion(point, plan);

const SUSPICIONS: readonly Suspicion[] = [
  clientBound,
  heldBack,
  rateLimited,
  ofAnswers(overloaded),
  ofAnswers(tooShort),
  fullPool,
  ofAnswers(coldCache),
  ofAnswers(warmCache),
  ofAnswers(noHistory),
  ofAnswers(throttled),
  ofAnswers(tokeniser),
  ofAnswers(shortAnswers),
  ofAnswers(tooFew),
];

/** What may explain figures that are not as planned, and what makes them doubtful: the strongest first. */
export function suspectsOf(point: Seen, plan: Plan): string[] {
  return SUSPICIONS.map((suspect) => suspect(point, plan)).filter((text) => text !== null);
}
