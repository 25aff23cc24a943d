import type { Plan } from '../plan/schema';
import { number, usd } from './format';

/** Break-even against hosted APIs, one row each. */
export const breakEvenRows = ({ breakEven = [] }: Plan): string[][] =>
  breakEven.map(({ api, apiUsdPerMonth, tokensPerDay, verdict }) => [
    api,
    usd(apiUsdPerMonth),
    tokensPerDay === null ? 'never' : `${number(tokensPerDay / 1e6)} M`,
    verdict,
  ]);

/** The chosen machines bought otherwise, one line each. */
export const marketLines = ({ markets = [], choice }: Plan): string[] =>
  markets
    .filter(({ market }) => market !== choice.market)
    .map(({ market, usdPerMonth, upfrontUsd, evidence, terms }) => {
      const upfront = upfrontUsd > 0 ? `, ${usd(upfrontUsd)} upfront` : '';
      return `${market}: ${usd(usdPerMonth)} a month${upfront} (${evidence} price): ${terms}`;
    });
