import { quote, UserError } from '../errors';
import { CHECKPOINT_KEYS, QUALITY_FLOORS } from '../models/checkpoints';
import { PRESET_NAMES } from '../workload/presets';
import { MARKETS } from './choices';
import { DEPLOYMENT_FLAGS, type Flag } from './deployment-flags';
import type { Override } from './document';
import { scheduleOf } from './schedule-flag';
import { SIZING_FLAGS } from './sizing-flags';

export type { Flag } from './deployment-flags';

/** Every field of `selfhost.yaml` as a flag; a flag wins over the file. */
export const FLAGS: readonly Flag[] = [
  {
    flags: '--model <name>',
    path: ['model'],
    kind: 'text',
    help: 'model to serve, for example Qwen3.5-35B-A3B',
  },
  {
    flags: '--checkpoint <key>',
    path: ['checkpoint'],
    kind: 'text',
    help: `auto, ${CHECKPOINT_KEYS.join(', ')}`,
  },
  {
    flags: '--quality-floor <floor>',
    path: ['qualityFloor'],
    kind: 'text',
    help: `lowest precision accepted: ${QUALITY_FLOORS.join(', ')} (default fp8)`,
  },
  {
    flags: '--rate <rps>',
    path: ['workload', 'requestsPerSecond'],
    kind: 'number',
    help: 'peak requests per second (default 1)',
  },
  {
    flags: '--users <n>',
    path: ['workload', 'concurrentUsers'],
    kind: 'number',
    help: 'active users, instead of a rate',
  },
  {
    flags: '--seconds-between-requests <s>',
    path: ['workload', 'secondsBetweenRequests'],
    kind: 'number',
    help: 'from one request of a user to the next',
  },
  {
    flags: '--preset <name>',
    path: ['workload', 'preset'],
    kind: 'text',
    help: `traffic: ${PRESET_NAMES.join(', ')} (default chat)`,
  },
  {
    flags: '--input-tokens <n>',
    path: ['workload', 'inputTokens', 'mean'],
    kind: 'number',
    help: 'mean prompt length',
  },
  {
    flags: '--input-tokens-p95 <n>',
    path: ['workload', 'inputTokens', 'p95'],
    kind: 'number',
    help: '95th percentile of it (default 2.5 times the mean)',
  },
  {
    flags: '--output-tokens <n>',
    path: ['workload', 'outputTokens', 'mean'],
    kind: 'number',
    help: 'mean output length, reasoning included',
  },
  {
    flags: '--output-tokens-p95 <n>',
    path: ['workload', 'outputTokens', 'p95'],
    kind: 'number',
    help: '95th percentile of it (default 2.5 times the mean)',
  },
  {
    flags: '--traffic <file>',
    path: ['workload', 'trace'],
    kind: 'text',
    help: 'requests as they were (JSON Lines, CSV): gives peak, lengths and daily pattern',
  },
  {
    flags: '--shared-prefix <share>',
    path: ['workload', 'sharedPrefixShare'],
    kind: 'number',
    help: 'share of the prompt all requests have in common, 0 to 1',
  },
  {
    flags: '--history <share>',
    path: ['workload', 'historyShare'],
    kind: 'number',
    help: 'share of the prompt that is the conversation so far, 0 to 1',
  },
  { flags: '--thinking', path: ['workload', 'thinking'], kind: 'on', help: 'let the model think (default)' },
  {
    flags: '--no-thinking',
    path: ['workload', 'thinking'],
    kind: 'off',
    help: 'switch thinking off: much shorter outputs',
  },
  { flags: '--streaming', path: ['workload', 'streaming'], kind: 'on', help: 'every client streams' },
  {
    flags: '--ttft-p95 <s>',
    path: ['slo', 'ttftP95Seconds'],
    kind: 'number',
    help: 'time to first token, 95th percentile, seconds',
  },
  {
    flags: '--tpot-p95 <s>',
    path: ['slo', 'tpotP95Seconds'],
    kind: 'number',
    help: 'time per output token, 95th percentile, seconds',
  },
  {
    flags: '--context <n>',
    path: ['contextTokens'],
    kind: 'number',
    help: 'longest prompt plus output, tokens',
  },
  {
    flags: '--region <region>',
    path: ['regions'],
    kind: 'texts',
    help: 'AWS region, repeatable (default us-east-1)',
  },
  {
    flags: '--market <market>',
    path: ['markets'],
    kind: 'texts',
    help: `${MARKETS.join(', ')}, repeatable (default on-demand)`,
  },
  {
    flags: '--allow-type <pattern>',
    path: ['instanceTypes', 'allow'],
    kind: 'texts',
    help: 'only these instance types (g6e.12xlarge, p5, g*), repeatable',
  },
  {
    flags: '--deny-type <pattern>',
    path: ['instanceTypes', 'deny'],
    kind: 'texts',
    help: 'never these instance types, repeatable',
  },
  {
    flags: '--min-replicas <n>',
    path: ['minReplicas'],
    kind: 'number',
    help: 'engine replicas at least (default 1)',
  },
  {
    flags: '--min-zones <n>',
    path: ['minZones'],
    kind: 'number',
    help: 'availability zones at least (default 1)',
  },
  { flags: '--budget <usd>', path: ['monthlyBudgetUsd'], kind: 'number', help: 'most to spend a month, USD' },
  {
    flags: '--confidence <p>',
    path: ['confidence'],
    kind: 'number',
    help: 'probability that the SLO holds (default 0.8)',
  },
  {
    flags: '--vllm <version>',
    path: ['vllmVersion'],
    kind: 'text',
    help: 'vLLM release (default: the newest known)',
  },
  { flags: '--multimodal', path: ['multimodal'], kind: 'on', help: 'accept images: load the vision tower' },
  {
    flags: '--name <name>',
    path: ['name'],
    kind: 'text',
    help: 'name of the plan (default: from the model)',
  },
  ...SIZING_FLAGS,
  ...DEPLOYMENT_FLAGS,
  {
    flags: '--state-bucket <name>',
    path: ['stateBackend', 'bucket'],
    kind: 'text',
    help: 'S3 bucket for Terraform state',
  },
  {
    flags: '--state-key <key>',
    path: ['stateBackend', 'key'],
    kind: 'text',
    help: 'object key of the state',
  },
  {
    flags: '--state-region <region>',
    path: ['stateBackend', 'region'],
    kind: 'text',
    help: 'region of the state bucket',
  },
  { flags: '--tag <key=value>', path: ['tags'], kind: 'tag', help: 'tag on everything deployed, repeatable' },
];

/** `--rate` of `--rate <rps>`: what messages call the flag. */
export const labelOf = (flag: Flag): string => flag.flags.split(' ')[0]!;

/**
 * A given flag as overrides of the requirements document, so that the command line and the planner page understand it alike.
 * @param given the text as typed; a list for a repeatable flag; nothing that matters for a switch
 * @throws UserError for a number or tag that is none
 */
export function overridesOf(flag: Flag, given: string | readonly string[]): Override[] {
  const { path, kind } = flag;
  const label = labelOf(flag);
  if (kind === 'on' || kind === 'off') return [{ path, value: kind === 'on', label }];
  if (kind === 'tag' || kind === 'counts')
    return [given].flat().map((text) => keyedOverride(text, flag, label));
  if (kind === 'numbers')
    return [
      {
        path,
        value: [given].flat().flatMap((text) => text.split(',').map((n) => numberOf(n, label))),
        label,
      },
    ];
  if (kind === 'price') return [{ path, value: [given].flat().map((text) => priceOf(text, label)), label }];
  if (kind === 'schedule')
    return [{ path, value: [given].flat().map((text) => scheduleOf(text, label)), label }];
  if (kind === 'texts') return [{ path, value: [given].flat().flatMap((text) => text.split(',')), label }];
  return [{ path, value: kind === 'number' ? numberOf(given as string, label) : given, label }];
}

function keyedOverride(text: string, { path, kind }: Flag, label: string): Override {
  const at = text.indexOf('=');
  if (at <= 0) throw new UserError(`${label}: ${quote(text)} is not key=value`);
  const value = text.slice(at + 1);
  return {
    path: [...path, text.slice(0, at)],
    value: kind === 'counts' ? numberOf(value, label) : value,
    label,
  };
}

/** `My API=0.25,2`: USD per million tokens in and out. */
function priceOf(text: string, label: string) {
  const [, name = '', input = '', output = ''] = /^(.+)=([^=,]+),([^=,]+)$/.exec(text) ?? [];
  if (name === '')
    throw new UserError(
      `${label}: ${quote(text)} is not NAME=INPUT,OUTPUT in USD per million tokens, such as 'My API=0.25,2'`,
    );
  return {
    name,
    inputUsdPerMillion: numberOf(input, label),
    outputUsdPerMillion: numberOf(output, label),
  };
}

function numberOf(text: string, label: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new UserError(
      `${label}: ${quote(text)} is not a number; give plain digits such as 2 or 0.05, without units`,
    );
  }
  return value;
}
