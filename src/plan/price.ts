/** `listed`: quoted for this region; `assumed`: taken equal to us-east-1; `estimated`: scaled by a ratio, or old. */
export const PRICE_EVIDENCE = ['listed', 'assumed', 'estimated'] as const;
