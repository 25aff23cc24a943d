import { planTimeouts } from '../../src/planning/timeouts';
import { checkInvariants } from '../../stacks/serving-cluster/invariants';
import { makePlan } from '../stacks/make-plan';

const requirements = (streaming: boolean, p95: number) =>
  makePlan({ requirements: { workload: { streaming, outputTokens: { mean: p95 / 2, p95 } } } }).requirements;
const timeouts = (streaming: boolean, ttftHighSeconds: number, p95 = 2000) =>
  planTimeouts(requirements(streaming, p95), { ttftHighSeconds, tpotHighSeconds: 0.05 }, 900);

describe('the time-outs of a plan', () => {
  it.each([
    ['streams: forty times the pessimistic TTFT', true, 10, 400],
    ['streams that begin at once: a minute', true, 0.5, 60],
    ['whole answers: one and a half times the longest', false, 10, 165],
  ])('wait for %s', (_, streaming, ttft, idle) => {
    expect(timeouts(streaming, ttft).loadBalancerIdle).toBe(idle);
  });

  it.each([
    [true, 1.125],
    [false, 1.125],
  ])('keep what the stack asks of them (streaming %s)', (streaming, ttft) => {
    const found = timeouts(streaming, ttft);
    const plan = makePlan({
      requirements: { workload: { streaming } },
      timeoutsSeconds: found,
      engine: {
        environment: { VLLM_HTTP_TIMEOUT_KEEP_ALIVE: String(found.engineKeepAlive) },
        arguments: ['m', '--shutdown-timeout', String(found.engineShutdown)],
      },
    });
    expect(() => checkInvariants(plan)).not.toThrow();
  });

  it.each([
    ['streams', true, 101, 100, 'a stream may be silent for 4040 s until its first token', 'faster TTFT'],
    ['whole answers', false, 1, 60_000, 'a request may take 4502 s', 'streaming: true'],
    ['what a drain must outlast', true, 1, 60_000, 'drains 3600 s at most', 'shorten outputTokens'],
  ])('are refused above what AWS allows: %s', (_, streaming, ttft, p95, what, fix) => {
    const plan = () => timeouts(streaming, ttft, p95);
    expect(plan).toThrow(what);
    expect(plan).toThrow(fix);
  });
});
