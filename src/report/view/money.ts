import type { Plan } from '../../plan/schema';
import { number, percent, usd } from '../format';
import type { DataTable, Fact } from './section';

type BreakEven = NonNullable<Plan['breakEven']>[number];

/** What it costs a month, an hour and a token. */
export function costFacts({ cost, choice, requirements, markets = [] }: Plan): Fact[] {
  const { usdPerMillionTokens: tokens, usdPerMillionTokensFullLoad: full } = cost;
  const each = ({ input, output }: typeof tokens): string => `input ${usd(input)}, output ${usd(output)}`;
  // A discount that the bill takes off and the listed price does not show.
  const saved = choice.market === 'on-demand' ? (requirements.sizing?.savingsPlanDiscount ?? 0) : 0;
  const less = saved > 0 ? `, less ${percent(saved)} by your savings plan` : '';
  return [
    [
      'a month',
      `${usd(cost.usdPerMonth)}: ${cost.items.map(({ item, usdPerMonth }) => `${item} ${usd(usdPerMonth)}`).join(', ')}`,
    ],
    ...markets
      .filter(({ market, upfrontUsd }) => market === choice.market && upfrontUsd > 0)
      .map(({ upfrontUsd, terms }): Fact => ['upfront', `${usd(upfrontUsd)} for the machines: ${terms}`]),
    [
      'an hour',
      `${usd(cost.usdPerHour)} in all; a machine ${usd(cost.instance.usdPerHour)} (${cost.instance.evidence} price, ${cost.instance.source})${less}`,
    ],
    [
      'a million tokens',
      `${each(tokens)}${full ? `; with every machine as busy as planned for (70% of what it holds, or less): ${each(full)}` : ''}`,
    ],
  ];
}

/** `77.6 M tokens/day`, or never. */
const breakEvenText = ({ tokensPerDay }: BreakEven): string =>
  tokensPerDay === null ? 'never' : `${number(tokensPerDay / 1e6)} M tokens/day`;

/** Hosted APIs at the planned load, one row each. */
export const hostedApis = ({ breakEven = [], cost }: Plan): DataTable => ({
  caption: 'Hosted APIs at the planned load',
  columns: [
    { title: 'hosted API' },
    { title: 'a month', align: 'right' },
    { title: 'against this plan', align: 'right' },
    { title: 'dearer from', align: 'right' },
  ],
  rows: breakEven.map((row) => [
    row.api,
    usd(row.apiUsdPerMonth),
    times(row.apiUsdPerMonth / cost.usdPerMonth),
    breakEvenText(row),
  ]),
  flexible: 0,
});

const times = (ratio: number): string =>
  `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(ratio < 0.1 ? 2 : 1)} times`;

/** How to read that table. */
export const HOSTED_LEAD =
  'List prices for the planned load. An API is dearer than this fleet from the volume in the last column on, spread over the day as planned; "never": even full machines cost more a token.';

/** The chosen machines bought otherwise, one line each. */
export const marketLines = ({ markets = [], choice }: Plan): string[] =>
  markets
    .filter(({ market }) => market !== choice.market)
    .map(({ market, usdPerMonth, upfrontUsd, evidence, terms }) => {
      const upfront = upfrontUsd > 0 ? `, ${usd(upfrontUsd)} upfront` : '';
      return `${market}: ${usd(usdPerMonth)} a month${upfront} (${evidence} price): ${terms}`;
    });
