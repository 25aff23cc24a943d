import type { Alternative, Plan, PlanOption } from '../../plan/schema';
import { seconds, usd } from '../format';
import type { Fact } from './section';

const KINDS: readonly (readonly [Alternative['kind'], string])[] = [
  ['next-cheaper', 'cheaper'],
  ['next-faster', 'faster'],
  ['next-safer', 'safer'],
];

/** `2 x g7e.2xlarge, fp8 with MTP drafting` */
const optionWords = ({ instances, instanceType, checkpoint, extras = [] }: PlanOption): string =>
  `${instances} x ${instanceType}, ${checkpoint.toUpperCase()}${extras.length > 0 ? ` with ${extras.join(' and ')}` : ''}`;

const noneText = (kind: Alternative['kind'], zones: number): string =>
  kind === 'next-safer'
    ? `none needed: the load survives the loss of any machine${zones > 1 ? ' and of any zone' : ''}`
    : 'none found that meets the targets';

/** The next cheaper, faster and safer plan; the cheapest of all where it is not the recommended one. */
export function alternativeFacts({ alternatives, bestCost, choice }: Plan, none?: string): Fact[] {
  const facts = KINDS.map(([kind, label]): Fact => {
    const found = alternatives.find((alternative) => alternative.kind === kind);
    if (found === undefined) return [label, none ?? noneText(kind, choice.zoneIds.length)];
    const { option, tradeOff } = found;
    return [
      label,
      `${optionWords(option)}: ${usd(option.usdPerMonth)} a month, first token ${seconds(option.ttftP95Seconds.expected)}, each token ${seconds(option.tpotP95Seconds.expected)}. ${sentence(tradeOff)}`,
    ];
  });
  if (!bestCost || bestCost.whyNot === null) return facts;
  const { option, whyNot } = bestCost;
  return [
    ...facts,
    ['cheapest', `${optionWords(option)}: ${usd(option.usdPerMonth)} a month. Not recommended: ${whyNot}.`],
  ];
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
