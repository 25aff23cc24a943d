import { candidatesChart } from './candidates';
import type { Chart } from './chart';
import { costChart } from './cost';
import { dayChart } from './day';
import { eachTokenChart } from './each-token';
import { firstTokenChart } from './first-token';
import { memoryChart } from './memory';

/** Every chart of a plan, in the order of the report. */
export const CHARTS: readonly Chart[] = [
  memoryChart,
  firstTokenChart,
  eachTokenChart,
  costChart,
  candidatesChart,
  dayChart,
];
