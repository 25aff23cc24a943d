import type { Plan } from '../../src/plan/schema';

/** AWS's limit for a lifecycle hook's wait. */
export const HOOK_LIMIT_SECONDS = 7200;

/** Restarts of one engine that a machine tries by itself before it asks to be replaced. */
export const RESTART_BUDGET = 5;

/**
 * Seconds within which the restarts are counted: room for every one of them to load the weights again and to wait out
 * systemd's longest pause (300 s), so that a machine that keeps crashing late still spends its budget.
 */
export const restartWindow = (plan: Plan): number => RESTART_BUDGET * (plan.timeoutsSeconds.coldStart + 300);

/**
 * How long a new machine may take until it serves. Three cold starts: one that fails, one that fails again, one that is
 * merely slow; a machine that is only slower than predicted must not be replaced by another just as slow.
 */
export const launchHeartbeat = (plan: Plan): number =>
  Math.min(3 * plan.timeoutsSeconds.coldStart, HOOK_LIMIT_SECONDS);

/** What a spot notice leaves. */
export const SPOT_NOTICE_SECONDS = 120;
/**
 * The supervisor's delay: a round of health checks, 10 s where an engine is slow to answer, and a poll of 5 s until it sees the
 * notice; two more for the load balancer to learn of it.
 */
export const SPOT_REACTION_SECONDS = 25;
