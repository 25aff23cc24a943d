/** How machines may be bought. */
export const MARKETS = ['on-demand', 'spot', 'capacity-block'] as const;
export type Market = (typeof MARKETS)[number];

/** What a fleet must survive without dropping below the load it was sized for. */
export const SURVIVALS = ['nothing', 'machine', 'zone'] as const;
export type Survival = (typeof SURVIVALS)[number];

/** Longest capacity block, days; it is bought for fixed dates, up to eight weeks ahead, and paid upfront. */
export const LONGEST_BLOCK_DAYS = 182;
