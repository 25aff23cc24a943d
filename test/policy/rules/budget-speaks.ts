import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['own'],
  says: 'a budget warns before and after it is spent',
  check: (configuration) =>
    unless(
      configuration,
      'aws_budgets_budget',
      (b) => ((b.notification ?? []) as unknown[]).length >= 2 && Number(b.limit_amount) > 0,
    ),
  fails: one('aws_budgets_budget', { limit_amount: '1' }),
  passes: one('aws_budgets_budget', { limit_amount: '1', notification: [{}, {}] }),
};
