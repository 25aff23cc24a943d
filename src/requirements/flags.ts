import { quote, UserError } from '../errors';
import { CHECKPOINT_KEYS, QUALITY_FLOORS } from '../models/checkpoints';
import { PRESET_NAMES } from '../workload/presets';
import { adapterOf } from './adapter-flag';
import { MARKETS } from './choices';
import { DEPLOYMENT_FLAGS } from './deployment-flags';
import type { Override } from './document';
import { type Flag, flag } from './flag';
import { scheduleOf } from './schedule-flag';
import { SIZING_FLAGS } from './sizing-flags';

export type { Flag } from './flag';

/** Every field of `selfhost.yaml` as a flag; a flag wins over the file. */
export const FLAGS: readonly Flag[] = [
  flag('--model <name>', 'model', 'text', 'model to serve, for example Qwen3.5-35B-A3B'),
  flag('--checkpoint <key>', 'checkpoint', 'text', `auto, ${CHECKPOINT_KEYS.join(', ')}`),
  flag(
    '--quality-floor <floor>',
    'qualityFloor',
    'text',
    `lowest precision accepted: ${QUALITY_FLOORS.join(', ')} (default fp8)`,
  ),
  flag('--rate <rps>', 'workload.requestsPerSecond', 'number', 'peak requests per second (default 1)'),
  flag('--users <n>', 'workload.concurrentUsers', 'number', 'active users, instead of a rate'),
  flag(
    '--seconds-between-requests <s>',
    'workload.secondsBetweenRequests',
    'number',
    'from one request of a user to the next',
  ),
  flag('--preset <name>', 'workload.preset', 'text', `traffic: ${PRESET_NAMES.join(', ')} (default chat)`),
  flag('--input-tokens <n>', 'workload.inputTokens.mean', 'number', 'mean prompt length'),
  flag(
    '--input-tokens-p95 <n>',
    'workload.inputTokens.p95',
    'number',
    '95th percentile of it (default 2.5 times the mean)',
  ),
  flag(
    '--output-tokens <n>',
    'workload.outputTokens.mean',
    'number',
    'mean output length, reasoning included',
  ),
  flag(
    '--output-tokens-p95 <n>',
    'workload.outputTokens.p95',
    'number',
    '95th percentile of it (default 2.5 times the mean)',
  ),
  flag(
    '--traffic <file>',
    'workload.trace',
    'text',
    'requests as they were (JSON Lines, CSV): gives peak, lengths and daily pattern',
  ),
  flag(
    '--shared-prefix <share>',
    'workload.sharedPrefixShare',
    'number',
    'share of the prompt all requests have in common, 0 to 1',
  ),
  flag(
    '--history <share>',
    'workload.historyShare',
    'number',
    'share of the prompt that is the conversation so far, 0 to 1',
  ),
  flag('--thinking', 'workload.thinking', 'on', 'let the model think (default)'),
  flag('--no-thinking', 'workload.thinking', 'off', 'switch thinking off: much shorter outputs'),
  flag('--streaming', 'workload.streaming', 'on', 'every client streams'),
  flag('--ttft-p95 <s>', 'slo.ttftP95Seconds', 'number', 'time to first token, 95th percentile, seconds'),
  flag('--tpot-p95 <s>', 'slo.tpotP95Seconds', 'number', 'time per output token, 95th percentile, seconds'),
  flag('--context <n>', 'contextTokens', 'number', 'longest prompt plus output, tokens'),
  flag('--region <region>', 'regions', 'texts', 'AWS region, repeatable (default us-east-1)'),
  flag('--market <market>', 'markets', 'texts', `${MARKETS.join(', ')}, repeatable (default on-demand)`),
  flag(
    '--allow-type <pattern>',
    'instanceTypes.allow',
    'texts',
    'only these instance types (g6e.12xlarge, p5, g*), repeatable',
  ),
  flag('--deny-type <pattern>', 'instanceTypes.deny', 'texts', 'never these instance types, repeatable'),
  flag('--min-replicas <n>', 'minReplicas', 'number', 'engine replicas at least (default 1)'),
  flag('--min-zones <n>', 'minZones', 'number', 'availability zones at least (default 1)'),
  flag(
    '--budget <usd>',
    'monthlyBudgetUsd',
    'number',
    'most to spend a month, USD; of several services, each',
  ),
  flag('--confidence <p>', 'confidence', 'number', 'probability that the SLO holds (default 0.8)'),
  flag('--vllm <version>', 'vllmVersion', 'text', 'vLLM release (default: the newest known)'),
  flag('--multimodal', 'multimodal', 'on', 'accept images: load the vision tower'),
  flag(
    '--adapter <name=repository@commit:rank>',
    'adapters',
    'adapter',
    'LoRA adapter to serve beside the model, repeatable',
  ),
  flag('--name <name>', 'name', 'text', 'name of the plan (default: from the model)'),
  ...SIZING_FLAGS,
  ...DEPLOYMENT_FLAGS,
  flag('--state-bucket <name>', 'stateBackend.bucket', 'text', 'S3 bucket for Terraform state'),
  flag('--state-key <key>', 'stateBackend.key', 'text', 'object key of the state'),
  flag('--state-region <region>', 'stateBackend.region', 'text', 'region of the state bucket'),
  flag('--tag <key=value>', 'tags', 'tag', 'tag on everything deployed, repeatable'),
];

/** `--rate` of `--rate <rps>`: what messages call the flag. */
export const labelOf = ({ flags }: Flag): string => flags.split(' ')[0]!;

/**
 * A given flag as overrides of the requirements document, so that the command line and the planner page understand it alike.
 * @param given the text as typed; a list for a repeatable flag; nothing that matters for a switch
 * @throws UserError for a number or tag that is none
 */
export function overridesOf(of: Flag, given: string | readonly string[]): Override[] {
  const { path, kind } = of;
  const label = labelOf(of);
  if (kind === 'on' || kind === 'off') return [{ path, value: kind === 'on', label }];
  if (kind === 'tag' || kind === 'counts')
    return [given].flat().map((text) => keyedOverride(text, of, label));
  if (kind === 'numbers')
    return [
      {
        path,
        value: [given].flat().flatMap((text) => text.split(',').map((n) => numberOf(n, label))),
        label,
      },
    ];
  if (kind === 'price') return [{ path, value: [given].flat().map((text) => priceOf(text, label)), label }];
  if (kind === 'adapter')
    return [{ path, value: [given].flat().map((text) => adapterOf(text, label)), label }];
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
