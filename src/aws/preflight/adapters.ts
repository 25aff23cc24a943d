import type { Plan } from '../../plan/schema';
import type { Adapter } from '../../requirements/adapter-schema';
import { adaptersOf } from '../../requirements/adapters';
import type { Session } from '../session';
import { type Finding, fail, pass, warn } from './finding';
import { askFile, askRepository, type Hub } from './hub';

/** All that machines fetch of an adapter (templates/weights.py). */
const FILES = ['adapter_config.json', 'adapter_model.safetensors'] as const;

interface PeftConfig {
  readonly r?: unknown;
  readonly rank_pattern?: Readonly<Record<string, unknown>> | null;
}

/** The largest rank that an adapter's configuration gives any layer; NaN where it gives none. */
const largestRank = ({ r, rank_pattern }: PeftConfig): number =>
  Math.max(
    ...[r, ...Object.values(rank_pattern ?? {})].map((rank) => (typeof rank === 'number' ? rank : NaN)),
  );

function ofRank(check: string, { rank, revision }: Adapter, config: unknown): Finding {
  const found = largestRank((config ?? {}) as PeftConfig);
  if (Number.isNaN(found))
    return fail(
      check,
      `its ${FILES[0]} gives no number as r`,
      'save it with PEFT again and name that commit',
    );
  if (found > rank)
    return fail(
      check,
      `its rank is ${found}, the plan's ${rank}: no machine would serve`,
      `give it rank: ${found} in adapters and plan again`,
    );
  return found < rank
    ? warn(
        check,
        `its rank is ${found}, the plan keeps memory for ${rank}`,
        `give it rank: ${found} in adapters and plan again`,
      )
    : pass(check, `commit ${revision}, rank ${found}`);
}

/** One line for each adapter: its commit can be read, has the files that machines fetch, and the planned rank. */
export const adapters = (session: Session, plan: Plan, hub: Hub): Promise<Finding[]> =>
  Promise.all(
    adaptersOf(plan.requirements).map(async (adapter) => {
      const check = `adapter ${adapter.name}`;
      const there = await askRepository(check, adapter, session, hub, ({ siblings = [] }) => {
        const missing = FILES.filter((file) => !siblings.some(({ rfilename }) => rfilename === file));
        if (missing.length === 0) return pass(check, `commit ${adapter.revision}`);
        return fail(
          check,
          `${adapter.repository} at ${adapter.revision} has no ${missing.join(' and no ')}`,
          "save it with PEFT's save_pretrained (safe_serialization) and name that commit",
        );
      });
      if (there.status !== 'pass') return there;
      return askFile(check, adapter, FILES[0], session, hub, (config) => ofRank(check, adapter, config));
    }),
  );
