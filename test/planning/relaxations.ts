import type { PlanningContext } from '../../src/planning/candidate';

type Requirements = PlanningContext['requirements'];

/** Relaxations that leave candidates and predictions as they are. */
export const OF_TARGETS: Readonly<Record<string, (r: Requirements) => Requirements>> = {
  'a looser TPOT': (r) => ({ ...r, slo: { ...r.slo, tpotP95Seconds: r.slo.tpotP95Seconds * 1.3 } }),
  'a looser TTFT': (r) => ({ ...r, slo: { ...r.slo, ttftP95Seconds: r.slo.ttftP95Seconds * 1.3 } }),
  'a hundredth looser': (r) => ({
    ...r,
    slo: { ttftP95Seconds: r.slo.ttftP95Seconds * 1.01, tpotP95Seconds: r.slo.tpotP95Seconds * 1.01 },
  }),
  'less confidence': (r) => ({ ...r, confidence: r.confidence * 0.9 }),
  'fewer requests': (r) => ({
    ...r,
    workload: { ...r.workload, requestsPerSecond: r.workload.requestsPerSecond * 0.7 },
  }),
  'slightly fewer requests': (r) => ({
    ...r,
    workload: { ...r.workload, requestsPerSecond: r.workload.requestsPerSecond * 0.99 },
  }),
  'fewer replicas': (r) => ({ ...r, minReplicas: 1 }),
  'no reserve': (r) => ({ ...r, sizing: { ...r.sizing!, survive: 'nothing' } }),
  'a savings plan': (r) => ({ ...r, sizing: { ...r.sizing!, savingsPlanDiscount: 0.3 } }),
};
