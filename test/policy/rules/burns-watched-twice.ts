import type { Block, Configuration, Rule } from '../rule';

interface Query {
  readonly metric?: { readonly metric_name: string; readonly period: number };
}

const queries = (alarm: Block): Query[] => (alarm.metric_query ?? []) as Query[];
const watches = (alarm: Block): string[] => queries(alarm).flatMap(({ metric }) => metric?.metric_name ?? []);
const isBurn = (alarm: Block): boolean => watches(alarm).some((name) => name.endsWith('OverSlo'));

/** The metric alarms that a composite alarm asks for all at once, by id. */
const parts = (rule: unknown): string[] =>
  String(rule)
    .split(' AND ')
    .flatMap(
      (part) => /^ALARM\(\$\{aws_cloudwatch_metric_alarm\.(.+)\.alarm_name\}\)$/.exec(part)?.[1] ?? [],
    );

/** What is wrong with the windows of one composite alarm; undefined when they are as the SRE workbook has them. */
function problem(alarms: Record<string, Block>, rule: unknown): string | undefined {
  const windows = parts(rule).map((id) => alarms[id]!);
  const lengths = windows.map((alarm) =>
    Math.max(...queries(alarm).map(({ metric }) => metric?.period ?? 0)),
  );
  const [short, long] = lengths.sort((a, b) => a - b);
  if (lengths.length !== 2 || long !== 12 * short!) return `windows of ${lengths.join(' and ')} s`;
  const [first, second] = windows.map((alarm) => JSON.stringify([alarm.threshold, watches(alarm)]));
  return first === second ? undefined : `two windows of different things: ${first}, ${second}`;
}

function check({ resource = {} }: Configuration): string[] {
  const alarms = resource.aws_cloudwatch_metric_alarm ?? {};
  const composites = Object.entries(resource.aws_cloudwatch_composite_alarm ?? {});
  const burns = Object.keys(alarms).filter((id) => isBurn(alarms[id]!));
  const alone = burns.filter(
    (id) => !composites.some(([, { alarm_rule }]) => parts(alarm_rule).includes(id)),
  );
  const loud = burns.filter((id) => ((alarms[id]!.alarm_actions ?? []) as unknown[]).length > 0);
  const wrong = composites.flatMap(([id, { alarm_rule }]) => {
    const found = parts(alarm_rule).some((part) => burns.includes(part)) && problem(alarms, alarm_rule);
    return found ? [`aws_cloudwatch_composite_alarm.${id}: ${found}`] : [];
  });
  return [...[...alone, ...loud].map((id) => `aws_cloudwatch_metric_alarm.${id}`), ...wrong];
}

const fixture = (longSeconds: number): Configuration => {
  const window = (period: number) => ({
    threshold: 0.3,
    metric_query: [{ metric: { metric_name: 'TtftOverSlo', period } }],
  });
  return {
    resource: {
      aws_cloudwatch_metric_alarm: { short: window(300), long: window(longSeconds) },
      aws_cloudwatch_composite_alarm: {
        both: {
          alarm_rule:
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's, not JavaScript's
            'ALARM(${aws_cloudwatch_metric_alarm.short.alarm_name}) AND ALARM(${aws_cloudwatch_metric_alarm.long.alarm_name})',
        },
      },
    },
  };
};

export const rule: Rule = {
  ids: ['own'],
  says: "an alarm on the SLO's error budget asks for a short window and one twelve times as long, of the same thing, both burning",
  check,
  fails: fixture(600),
  passes: fixture(3600),
};
