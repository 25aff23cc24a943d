import * as z from 'zod';
import type { Plan } from '../plan/schema';
import { CHARTS } from './charts/index';
import { keyFigures } from './view/answer';
import { sectionsOf } from './view/sections';

const tableSchema = z.strictObject({
  caption: z.string(),
  columns: z.array(z.strictObject({ title: z.string(), align: z.literal('right').optional() })),
  rows: z.array(z.array(z.string())),
  flexible: z.number().int().optional(),
});

/** What `report --json` prints: the words, figures and chart tables of a report, for programs that show them. */
export const reportSchema = z.strictObject({
  name: z.string(),
  summary: z.string(),
  figures: z.array(z.strictObject({ label: z.string(), value: z.string(), note: z.string() })),
  sections: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      lead: z.string().optional(),
      facts: z.array(z.tuple([z.string(), z.string()])).optional(),
      items: z.array(z.string()).optional(),
      table: tableSchema.optional(),
      charts: z.array(z.string()).optional(),
      tone: z.literal('warning').optional(),
      folded: z.boolean().optional(),
    }),
  ),
  /** Charts that this plan has the figures for. */
  charts: z.array(
    z.strictObject({ id: z.string(), title: z.string(), description: z.string(), table: tableSchema }),
  ),
});
export type ReportData = z.infer<typeof reportSchema>;

/** A report as data. */
export const reportData = (plan: Plan): ReportData =>
  reportSchema.parse({
    name: plan.name,
    summary: plan.summary,
    figures: keyFigures(plan),
    sections: sectionsOf(plan),
    charts: CHARTS.filter((chart) => chart.missing(plan) === null).map((chart) => ({
      id: chart.id,
      title: chart.title,
      description: chart.describe(plan),
      table: chart.table(plan),
    })),
  });
