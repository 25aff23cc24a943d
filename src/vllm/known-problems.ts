import type { CheckpointKey } from '../models/checkpoints';
import type { AdapterRoom } from './adapters';
import data from './data/known-bugs.json';
import type { Layout } from './layout';
import type { Release } from './releases';
import { compareVersions } from './version';

/** What a user would notice, worst first. */
export const SEVERITIES = ['corrupts-output', 'crash', 'fails-to-start', 'degrades'] as const;
export type Severity = (typeof SEVERITIES)[number];

interface KnownBug {
  readonly id: string;
  readonly issues: readonly string[];
  readonly affects: { readonly fromVersion: string; readonly beforeVersion: string | null };
  readonly when: Condition;
  readonly severity: Severity;
  readonly userText: string;
  readonly avoid: string;
}

/** Every field that is present must hold. */
interface Condition {
  readonly prefixCaching?: boolean;
  readonly mtp?: boolean;
  readonly minSpeculativeTokens?: number;
  readonly maxNumSeqsAboveBlocks?: boolean;
  readonly blockAboveBatchedTokens?: boolean;
  readonly notComputeCapability?: readonly string[];
  readonly computeCapability?: readonly string[];
  readonly computeCapabilityMajor?: readonly number[];
  readonly minTp?: number;
  readonly tp?: readonly number[];
  readonly precision?: readonly string[];
  /** Present where only checkpoints with per-tensor FP8 layers are affected: not the official ones. */
  readonly checkpoints?: string;
  readonly model?: readonly string[];
  readonly cudaGraphs?: boolean;
  readonly quantisedGdnInputs?: boolean;
  readonly calculateKvScales?: boolean;
  /** LoRA adapters are served; of experts too. */
  readonly adapters?: boolean;
  readonly adaptedExperts?: boolean;
  /** Seen with another model only. */
  readonly otherModel?: boolean;
}

// The JSON is written from public reports (scripts/vllm-releases) and checked in test/vllm/known-problems.test.ts.
export const KNOWN_BUGS = data as readonly KnownBug[];

/** What is about to be served; unknown pool facts are left out. */
export interface EngineFacts {
  readonly release: Release;
  /** Model name, for example `Qwen3.5-35B-A3B`. */
  readonly model: string;
  readonly checkpoint: { readonly key: CheckpointKey; readonly official: boolean };
  readonly layout: Layout;
  readonly computeCapability: number;
  readonly prefixCaching: boolean;
  readonly mtpTokens: number;
  readonly adapters?: AdapterRoom | null;
  readonly cudaGraphs?: boolean;
  readonly maxNumSeqsAboveBlocks?: boolean;
  readonly blockAboveBatchedTokens?: boolean;
}

export interface Workaround {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface KnownProblem {
  readonly id: string;
  readonly issues: readonly string[];
  readonly severity: Severity;
  /** For the user: what happens. */
  readonly text: string;
  /** What this program does about it. */
  readonly avoid: string;
  /** A plan must not run into it: nothing but another choice helps. */
  readonly blocking: boolean;
  /** Flags and environment that avoid it, where there are any. */
  readonly workaround: Workaround | null;
}

const flags = (...words: string[]): Workaround => ({ arguments: words, environment: {} });

/** Ways around, from the `avoid` text of the data; a problem that is worked around does not block. */
const WORKAROUNDS: Readonly<Record<string, Workaround>> = {
  'custom-all-reduce-sm120': flags('--disable-custom-all-reduce'),
  'fp8-allreduce-fusion-crash': flags('--compilation-config', '{"pass_config":{"fuse_allreduce_rms":false}}'),
  'sm120-fp8-cuda-graphs': {
    arguments: [],
    environment: { VLLM_DISABLED_KERNELS: 'FlashInferFP8ScaledMMLinearKernel' },
  },
};

/** Reports that are one machine's or another model's, or that a margin covers: told as a risk, they rule nothing out. */
const WARNINGS: ReadonlySet<string> = new Set([
  'fp8-35b-capture-single-gpu',
  'custom-all-reduce-capture-crash',
  'gdn-autotune-out-of-memory',
  'adapter-output-nan-hopper',
  'adapter-without-effect',
  'adapter-experts-change-base',
]);

/** Known problems that an engine would run into, worst first (`known-bugs.json`: version range and conditions). */
export function knownProblems(facts: EngineFacts): KnownProblem[] {
  return bugsOf(facts.release)
    .filter(({ when }) => holds(when, facts))
    .map(describe)
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

function describe(bug: KnownBug): KnownProblem {
  const workaround = WORKAROUNDS[bug.id] ?? null;
  return {
    id: bug.id,
    issues: bug.issues,
    severity: bug.severity,
    text: bug.userText,
    avoid: bug.avoid,
    blocking: bug.severity !== 'degrades' && workaround === null && !WARNINGS.has(bug.id),
    workaround,
  };
}

const bugsByRelease = new WeakMap<Release, readonly KnownBug[]>();

function bugsOf(release: Release): readonly KnownBug[] {
  let bugs = bugsByRelease.get(release);
  if (bugs === undefined) {
    bugs = KNOWN_BUGS.filter((bug) => affects(bug, release));
    bugsByRelease.set(release, bugs);
  }
  return bugs;
}

function affects({ affects: range }: KnownBug, { version }: Release): boolean {
  const started = compareVersions(version, range.fromVersion) >= 0;
  return started && (range.beforeVersion === null || compareVersions(version, range.beforeVersion) < 0);
}

const capabilityOf = ({ computeCapability }: EngineFacts): string => computeCapability.toFixed(1);

/** Each field of a condition, asked of what is about to be served. */
const CHECKS: { readonly [Field in keyof Condition]-?: (when: Condition, facts: EngineFacts) => boolean } = {
  prefixCaching: (when, facts) => facts.prefixCaching === when.prefixCaching,
  mtp: (when, { mtpTokens }) => mtpTokens > 0 === when.mtp,
  minSpeculativeTokens: (when, { mtpTokens }) => mtpTokens >= (when.minSpeculativeTokens ?? 0),
  maxNumSeqsAboveBlocks: (_, facts) => facts.maxNumSeqsAboveBlocks === true,
  blockAboveBatchedTokens: (_, facts) => facts.blockAboveBatchedTokens === true,
  notComputeCapability: (when, facts) => !when.notComputeCapability?.includes(capabilityOf(facts)),
  computeCapability: (when, facts) => when.computeCapability?.includes(capabilityOf(facts)) ?? false,
  computeCapabilityMajor: (when, facts) =>
    when.computeCapabilityMajor?.includes(Math.floor(facts.computeCapability)) ?? false,
  minTp: (when, { layout }) => layout.tensorParallel >= (when.minTp ?? 1),
  tp: (when, { layout }) => when.tp?.includes(layout.tensorParallel) ?? false,
  precision: (when, { checkpoint }) => when.precision?.includes(checkpoint.key) ?? false,
  checkpoints: (_, { checkpoint }) => !checkpoint.official,
  model: (when, { model }) => when.model?.some((name) => model.toLowerCase().includes(name)) ?? false,
  cudaGraphs: (when, facts) => (facts.cudaGraphs ?? true) === when.cudaGraphs,
  quantisedGdnInputs: (_, { checkpoint }) => !checkpoint.official && checkpoint.key === 'awq-int4',
  // This program never passes --calculate-kv-scales.
  calculateKvScales: () => false,
  adapters: (when, { adapters = null }) => (adapters !== null) === when.adapters,
  adaptedExperts: (when, { adapters = null }) => (adapters?.layers === 'all') === when.adaptedExperts,
  otherModel: () => true,
};

const holds = (when: Condition, facts: EngineFacts): boolean =>
  (Object.keys(when) as (keyof Condition)[]).every((field) => CHECKS[field](when, facts));
