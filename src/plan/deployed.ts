/** What every deployment of a plan holds and a bill therefore counts: the planner prices it, the stack builds it. */

/**
 * Throughput of a machine's root volume. gp3's baseline, 125 MiB/s, unpacks the engine's image (some 26 GB on disk) in four
 * minutes of every cold start, this in less than one. 3,000 operations a second, gp3's free baseline, allow up to 750 (AWS,
 * 'General Purpose SSD volumes': 0.25 MiB/s for each).
 */
export const ROOT_VOLUME_MIB_PER_SECOND = 500;

/** Rules of the web ACL that `network.rateLimitPerKey` makes: requests with a key, and those without. */
export const RATE_LIMIT_RULES = 2;
