import type { Plan } from '../../plan/schema';
import { number, usd } from '../format';
import type { DataTable } from './section';

type BreakEven = NonNullable<Plan['breakEven']>[number];

/** `77.6 M tokens a day`, or never. */
export const breakEvenText = ({ tokensPerDay }: BreakEven): string =>
  tokensPerDay === null ? 'never' : `${number(tokensPerDay / 1e6)} M tokens a day`;

/** Break-even against hosted APIs, one row each. */
export const hostedApis = ({ breakEven = [] }: Plan): DataTable => ({
  caption: 'Hosted APIs at the planned load',
  columns: [
    { title: 'API' },
    { title: 'a month', align: 'right' },
    { title: 'self-hosting costs less from', align: 'right' },
    { title: 'at the planned load' },
  ],
  rows: breakEven.map((row) => [row.api, usd(row.apiUsdPerMonth), breakEvenText(row), row.verdict]),
});

/** The chosen machines bought otherwise, one line each. */
export const marketLines = ({ markets = [], choice }: Plan): string[] =>
  markets
    .filter(({ market }) => market !== choice.market)
    .map(({ market, usdPerMonth, upfrontUsd, evidence, terms }) => {
      const upfront = upfrontUsd > 0 ? `, ${usd(upfrontUsd)} upfront` : '';
      return `${market}: ${usd(usdPerMonth)} a month${upfront} (${evidence} price): ${terms}`;
    });
