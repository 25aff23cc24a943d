import { coldStartOf } from '../margin';
import { trafficOf } from '../traffic';
import type { CandidateFilter } from './filter';

/** The launch hook of the Auto Scaling group waits two hours, and 1.5 cold starts must fit (stacks: lifecycle hooks). */
const LONGEST_COLD_START_SECONDS = 7200 / 1.5;
/** Share of its network that a machine can spend on answers without disturbing anything else. */
const NETWORK_SHARE = 0.5;

/** The machine's network must bring image and weights while the launch is waited for, and carry its share of the answers. */
export const network: CandidateFilter = {
  name: 'network',
  problem: (candidate, context) => {
    const { networkGbps } = candidate.offer.type;
    const speed = networkGbps === null ? 'an unknown network' : `${networkGbps} Gbps`;
    const seconds = coldStartOf(candidate, context);
    if (seconds > LONGEST_COLD_START_SECONDS)
      return `a machine takes ${Math.round(seconds / 60)} minutes to start over ${speed} and its disks, ${LONGEST_COLD_START_SECONDS / 60} at most; weights from S3 (deployment.weights) come faster`;
    const gbps = (trafficOf(context.requirements).gigabytesPerSecond * 8) / MOST_INSTANCES;
    return networkGbps === null || gbps <= networkGbps * NETWORK_SHARE
      ? null
      : `even ${MOST_INSTANCES} machines would carry ${gbps.toFixed(1)} Gbps each, over ${speed}`;
  },
};

/** The most that one Auto Scaling group is planned with (filters/instances.ts). */
const MOST_INSTANCES = 1000;
