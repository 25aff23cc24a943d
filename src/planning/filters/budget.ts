import { dollars } from '../../report/format';
import type { Option } from '../fleet';
import type { Filter } from './filter';

/** The monthly bill must stay within the user's budget. */
export const budget: Filter<Option> = {
  name: 'budget',
  problem: ({ cost }, { requirements: { monthlyBudgetUsd } }) =>
    monthlyBudgetUsd === null || cost.usdPerMonth <= monthlyBudgetUsd
      ? null
      : {
          reason: `${dollars(cost.usdPerMonth)} a month, budget ${dollars(monthlyBudgetUsd)}`,
          distance: cost.usdPerMonth / monthlyBudgetUsd,
        },
};
