import { EMBEDDED_CATALOGUE, regionsOf } from '../../src/hardware/offerings';
import { CHECKPOINT_KEYS, QUALITY_FLOORS } from '../../src/models/checkpoints';
import { MODEL_NAMES } from '../../src/models/registry';
import type { State } from '../../src/page/state';
import { MARKETS, SURVIVALS } from '../../src/requirements/choices';
import { PRESET_NAMES } from '../../src/workload/presets';
import { seeded } from '../planning/random-requirements';

const IMAGE = `123456789012.dkr.ecr.us-east-1.amazonaws.com/vllm@sha256:${'ab'.repeat(32)}`;
const ADAPTER = `support=acme/support-lora@${'0123456789'.repeat(4)}:16`;
const REGIONS = regionsOf(EMBEDDED_CATALOGUE);

/** A load just beyond one machine, which a mix of fleets serves for less. */
const MIXED: State = {
  model: 'Qwen3.5-397B-A17B',
  checkpoint: 'fp8',
  rate: '6.5',
  'allow-type': ['p5.48xlarge', 'g7e.48xlarge'],
};

/** What the page and the command line are compared on: states at random, and one whose plan proposes a mix. */
export const comparedStates = (count: number, seed: number): State[] => [
  MIXED,
  ...randomStates(count - 1, seed),
];

/** What a user might set on the page: each field sometimes, now and then to what makes no sense. */
export function randomStates(count: number, seed: number): State[] {
  const random = seeded(seed);
  // Of its own, so that what came before it stays what it was.
  const later = seeded(seed + 1);
  const latest = seeded(seed + 2);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const between = (low: number, high: number): string => (low * (high / low) ** random()).toPrecision(3);
  const sometimes = (share: number, state: () => Record<string, string | readonly string[]>) =>
    random() < share ? state() : {};
  return Array.from({ length: count }, () => ({
    model: pick(MODEL_NAMES),
    ...sometimes(0.3, () => ({ 'quality-floor': pick(QUALITY_FLOORS) })),
    ...sometimes(0.1, () => ({ checkpoint: pick(CHECKPOINT_KEYS) })),
    ...sometimes(0.2, () => ({ context: String(Math.round(Number(between(8192, 262_144)))) })),
    ...sometimes(0.7, () => ({ preset: pick(PRESET_NAMES) })),
    ...(random() < 0.8
      ? { rate: between(0.05, 20) }
      : { users: String(Math.round(Number(between(5, 800)))) }),
    ...sometimes(0.2, () => ({ 'seconds-between-requests': between(5, 300) })),
    ...sometimes(0.2, () => ({ 'input-tokens': between(50, 8000) })),
    ...sometimes(0.1, () => ({ 'input-tokens-p95': between(4000, 20_000) })),
    ...sometimes(0.2, () => ({ 'output-tokens': between(5, 2000) })),
    ...sometimes(0.2, () => ({ 'shared-prefix': random().toFixed(2) })),
    ...sometimes(0.3, () => ({ thinking: pick(['on', 'off']) })),
    ...sometimes(0.3, () => ({ 'ttft-p95': between(0.3, 20) })),
    ...sometimes(0.3, () => ({ 'tpot-p95': between(0.01, 0.3) })),
    ...sometimes(0.2, () => ({ confidence: pick(['0.5', '0.9', '0.95']) })),
    ...sometimes(0.3, () => ({ region: [...new Set([pick(REGIONS), pick(REGIONS)])] })),
    ...sometimes(0.2, () => ({ market: pick([['spot'], [...MARKETS], ['on-demand', 'spot']]) })),
    ...sometimes(0.3, () => ({ survive: pick(SURVIVALS) })),
    ...sometimes(0.2, () => ({ budget: between(500, 200_000) })),
    ...sometimes(0.15, () => ({
      'allow-type': pick([['g6e', 'g7e'], ['p*'], ['g6e.xlarge', 'p5.48xlarge']]),
    })),
    ...sometimes(0.1, () => ({ 'deny-type': pick([['g7e'], ['p5', 'g6e.48xlarge']]) })),
    ...sometimes(0.15, () => ({
      'hourly-factors': Array.from({ length: 24 }, (_, hour) => (hour > 7 && hour < 19 ? 1 : 0.2)).join(','),
    })),
    ...sometimes(0.1, () => ({ 'savings-plan': (0.6 * random()).toFixed(2) })),
    ...sometimes(0.1, () => ({ name: 'my-plan', tag: ['team=search and chat', 'stage=test'] })),
    ...sometimes(0.1, () =>
      pick<Record<string, string | readonly string[]>>([
        { exposure: 'public' },
        { vpc: 'vpc-0123456789abcdef0' },
        {
          vpc: 'vpc-0123456789abcdef0',
          'machine-subnet': ['subnet-0123456789abcdef0'],
          'load-balancer-subnet': ['subnet-0123456789abcdef1', 'subnet-0123456789abcdef2'],
        },
        { nat: 'per-zone', 'allow-cidr': ['10.0.0.0/8'] },
      ]),
    ),
    ...(later() < 0.1 ? { multimodal: 'on' } : {}),
    ...(later() < 0.1 ? { 'min-zones': later() < 0.8 ? '2' : '3' } : {}),
    ...(later() < 0.1 ? { weights: 's3', image: IMAGE, nat: later() < 0.7 ? 'none' : 'single' } : {}),
    ...(latest() < 0.1
      ? {
          adapter: [ADAPTER, ADAPTER.replace('support', 'legal').replace(':16', ':32')],
          ...(latest() < 0.5 ? { 'adapters-at-once': latest() < 0.8 ? '1' : '3' } : {}),
          ...(latest() < 0.3 ? { 'adapter-layers': 'all' } : {}),
        }
      : {}),
    ...(latest() < 0.1
      ? {
          market: ['capacity-block'],
          'block-start': '2099-01-15',
          'block-days': latest() < 0.8 ? '28' : '15',
        }
      : {}),
    ...sometimes(0.06, () =>
      pick<Record<string, string | readonly string[]>>([
        { rate: '-1' },
        { 'ttft-p95': 'soon' },
        { region: ['mars-1'] },
        { confidence: '2' },
      ]),
    ),
  }));
}
