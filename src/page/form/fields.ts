import { number, seconds } from '../../report/format';
import { PRESET_NAMES, PRESETS } from '../../workload/presets';
import type { FieldGroup } from './field';
import { textOf } from './flag-fields';
import { BUILT, PLACE_AND_PRICE } from './place-fields';
import { SERVED } from './served-fields';
import { words } from './spoken';

/** 24 shares of the peak, from 0:00 UTC. */
const dayOf = (share: (hour: number) => number): string =>
  Array.from({ length: 24 }, (_, hour) => share(hour)).join(',');
const PRESET_TEXT: Readonly<Record<string, string>> = { rag: 'RAG', 'long-document': 'Long documents' };
const capitalised = (text: string): string => text[0]!.toUpperCase() + text.slice(1);
/** The form. */
export const GROUPS: readonly FieldGroup[] = [
  SERVED,
  {
    title: 'Traffic at the peak',
    fields: [
      {
        kind: 'choice',
        name: 'preset',
        label: 'Kind of traffic',
        hint: 'Fills in whatever you leave empty below.',
        options: PRESET_NAMES.map((value) => ({
          value: value === 'chat' ? '' : value,
          text: PRESET_TEXT[value] ?? capitalised(value),
          about: `${capitalised(PRESETS[value].description)}.`,
        })),
      },
      {
        kind: 'number',
        name: 'rate',
        label: 'Requests',
        unit: 'a second',
        min: 0.01,
        max: 1000,
        scale: 'log',
        spoken: (rate) => `${number(rate * 86_400)} a day, if it were the peak all day`,
      },
      {
        kind: 'number',
        name: 'users',
        label: 'Active users',
        unit: 'users',
        min: 1,
        max: 100_000,
        scale: 'log',
        whole: true,
      },
      {
        kind: 'number',
        name: 'seconds-between-requests',
        label: 'From one request of a user to the next',
        unit: 'seconds',
        min: 1,
        max: 3600,
        scale: 'log',
        understood: ({ workload }) => workload.secondsBetweenRequests,
      },
      {
        kind: 'number',
        name: 'input-tokens',
        label: 'Prompt',
        unit: 'tokens (mean)',
        min: 16,
        max: 200_000,
        scale: 'log',
        whole: true,
        spoken: words,
        understood: ({ workload }) => workload.inputTokens.mean,
      },
      {
        kind: 'number',
        name: 'output-tokens',
        label: 'Answer, reasoning included',
        unit: 'tokens (mean)',
        min: 1,
        max: 32_000,
        scale: 'log',
        whole: true,
        spoken: words,
        understood: ({ workload }) => workload.outputTokens.mean,
      },
      {
        kind: 'choice',
        name: 'thinking',
        label: 'Thinking before the answer',
        options: [
          { value: '', text: 'as this kind of traffic has it' },
          { value: 'on', text: 'on' },
          { value: 'off', text: 'off: much shorter answers' },
        ],
        understood: ({ workload }) => (workload.thinking ? 'on' : 'off'),
      },
    ],
    more: [
      {
        kind: 'number',
        name: 'shared-prefix',
        label: 'Share of the prompt that all requests have in common',
        unit: 'of 1',
        hint: 'System prompt, tools: 0.3 is 30%. Prefix caching computes it once.',
        min: 0,
        max: 1,
        scale: 'linear',
        understood: ({ workload }) => workload.sharedPrefixShare,
      },
      {
        kind: 'number',
        name: 'input-tokens-p95',
        label: 'Long prompts: 95 of 100 are at most',
        unit: 'tokens',
        min: 16,
        max: 400_000,
        scale: 'log',
        whole: true,
        understood: ({ workload }) => workload.inputTokens.p95,
      },
      {
        kind: 'number',
        name: 'output-tokens-p95',
        label: 'Long answers: 95 of 100 are at most',
        unit: 'tokens',
        min: 1,
        max: 64_000,
        scale: 'log',
        whole: true,
        understood: ({ workload }) => workload.outputTokens.p95,
      },
      textOf('hourly-factors', 'Over the day', {
        placeholder: 'the peak all day',
        examples: [
          { value: '', text: 'the peak all day' },
          { value: dayOf((hour) => (hour >= 8 && hour < 18 ? 1 : 0.1)), text: 'office hours, 8 to 18 UTC' },
          {
            value: dayOf((hour) => (hour >= 16 && hour < 23 ? 1 : hour < 6 ? 0.2 : 0.5)),
            text: 'evenings, 16 to 23 UTC',
          },
        ],
      }),
    ],
  },
  {
    title: 'How fast it must be',
    fields: [
      {
        kind: 'number',
        name: 'ttft-p95',
        label: 'First token after at most',
        unit: 'seconds',
        hint: 'TTFT (time to first token), for 95 of 100 requests.',
        min: 0.05,
        max: 120,
        scale: 'log',
        understood: ({ slo }) => slo.ttftP95Seconds,
      },
      {
        kind: 'number',
        name: 'tpot-p95',
        label: 'Each further token after at most',
        unit: 'seconds',
        hint: 'TPOT (time per output token), for 95 of 100 requests.',
        min: 0.004,
        max: 1,
        scale: 'log',
        spoken: (value) => `${seconds(value)}: ${number(1 / value)} tokens a second`,
        understood: ({ slo }) => slo.tpotP95Seconds,
      },
    ],
    more: [
      {
        kind: 'number',
        name: 'confidence',
        label: 'Probability that both hold',
        unit: 'of 1',
        hint: 'The predictions have an error; a higher figure buys more reserve.',
        min: 0.5,
        max: 0.99,
        scale: 'linear',
        understood: ({ confidence }) => confidence,
      },
    ],
  },
  PLACE_AND_PRICE,
  BUILT,
];
