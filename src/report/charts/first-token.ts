import { loadCurveChart } from './load-curve';

/** Time to first token against load. */
export const firstTokenChart = loadCurveChart({
  id: 'first-token',
  title: 'Time to first token (TTFT) against load',
  name: 'time to first token',
  of: ({ ttftP95Seconds }) => ttftP95Seconds,
  targetSeconds: ({ requirements }) => requirements.slo.ttftP95Seconds,
});
