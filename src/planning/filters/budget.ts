import type { FleetFilter } from './fleet-filters';

/** The monthly bill must stay within the user's budget. */
export const budget: FleetFilter = {
  name: 'budget',
  problem: ({ cost }, { requirements: { monthlyBudgetUsd } }) =>
    monthlyBudgetUsd === null || cost.usdPerMonth <= monthlyBudgetUsd
      ? null
      : {
          reason: `$${Math.round(cost.usdPerMonth)} a month, budget $${monthlyBudgetUsd}`,
          distance: cost.usdPerMonth / monthlyBudgetUsd,
        },
};
