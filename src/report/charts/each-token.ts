import { loadCurveChart } from './load-curve';

/** Time per output token against load. */
export const eachTokenChart = loadCurveChart({
  id: 'each-token',
  title: 'Time per output token (TPOT) against load',
  name: 'time per output token',
  of: ({ tpotP95Seconds }) => tpotP95Seconds,
  targetSeconds: ({ requirements }) => requirements.slo.tpotP95Seconds,
});
