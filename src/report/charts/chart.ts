import type { EChartsOption } from 'echarts';
import type { Plan } from '../../plan/schema';
import type { DataTable } from '../view/section';
import type { Theme } from './theme';

/** One chart of a plan: a picture, the same in a sentence, and the same as a table. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  /** Drawn height, CSS pixels. */
  readonly height: number;
  /** Why it cannot be drawn, for the reader; null when it can. */
  readonly missing: (plan: Plan) => string | null;
  /** What the picture shows, in a sentence or two. */
  readonly describe: (plan: Plan) => string;
  /** Every figure of the picture, one row a point, for screen readers and print. */
  readonly table: (plan: Plan) => DataTable;
  readonly option: (plan: Plan, theme: Theme) => EChartsOption;
  /** Where ECharts has the point of a row of the table: what the arrow keys walk through. */
  readonly pointOf: (plan: Plan, row: number) => { readonly seriesIndex: number; readonly dataIndex: number };
}

/** Plans of earlier versions hold no series. */
export const withoutSeries = ({ series }: Plan): string | null =>
  series === undefined
    ? "This plan was written by an earlier version and does not hold these figures; plan again with 'qwen-selfhost plan'."
    : null;

/** What an ECharts formatter is told of one point, as far as these charts look at it. */
export interface PointParams {
  readonly seriesIndex: number;
  readonly dataIndex: number;
  readonly value: unknown;
}

/** The one point of a tooltip. */
export const pointParams = (params: unknown): PointParams =>
  (Array.isArray(params) ? params[0] : params) as PointParams;
