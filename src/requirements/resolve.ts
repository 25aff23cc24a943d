import { UserError } from '../errors';
import type { Catalogue } from '../hardware/offerings';
import { FAMILY } from '../models/architecture';
import { type QualityFloor, qualityOf } from '../models/checkpoints';
import { findModel, type Model, unknownModel } from '../models/registry';
import { LATEST_RELEASE } from '../vllm/releases';
import { type LengthStats, PRESETS } from '../workload/presets';
import type { Workload } from '../workload/workload';
import { contradictions } from './contradictions';
import { resolveDeployment } from './deployment';
import { EVERYONE } from './deployment-input';
import type { RequirementsInput } from './input';
import type { Requirements } from './requirements';
import { resolveSizing, sizingProblems } from './sizing';

export interface ResolvedRequirements {
  readonly requirements: Requirements;
  readonly model: Model;
  /** One line each: what was understood that the user did not say outright. */
  readonly notes: readonly string[];
}

const P95_OVER_MEAN = 2.5;
const SMALLEST_CONTEXT_TOKENS = 32_768;
const CONTEXT_GRAIN_TOKENS = 4096;

/**
 * Fills in every default and checks what concerns several fields at once.
 * @param today `2026-11-24`; without it, dates are not held against it
 * @throws UserError naming all contradictions it finds together
 */
export function resolveRequirements(
  input: RequirementsInput,
  catalogue: Catalogue,
  today: string | null = null,
): ResolvedRequirements {
  const lookup = findModel(input.model);
  if (!lookup.found) {
    throw new UserError(unknownModel(input.model));
  }
  const { model } = lookup;
  const notes = lookup.note ? [lookup.note] : [];
  const workload = resolveWorkload(input, notes);
  const preset = PRESETS[workload.preset];
  const requirements: Requirements = {
    name: input.name ?? model.name.toLowerCase().replace(/\./g, '-'),
    model: model.name,
    checkpoint: input.checkpoint ?? 'auto',
    qualityFloor: input.qualityFloor ?? defaultFloor(input),
    contextTokens: input.contextTokens ?? defaultContext(workload, notes),
    workload,
    slo: {
      ttftP95Seconds: input.slo?.ttftP95Seconds ?? preset.ttftP95Seconds,
      tpotP95Seconds: input.slo?.tpotP95Seconds ?? preset.tpotP95Seconds,
    },
    regions: [...new Set(input.regions ?? ['us-east-1'])],
    instanceTypes: { allow: input.instanceTypes?.allow ?? [], deny: input.instanceTypes?.deny ?? [] },
    markets: [...new Set(input.markets ?? ['on-demand' as const])],
    minReplicas: input.minReplicas ?? 1,
    minZones: input.minZones ?? 1,
    monthlyBudgetUsd: input.monthlyBudgetUsd ?? null,
    confidence: input.confidence ?? 0.8,
    vllmVersion: input.vllmVersion ?? LATEST_RELEASE.version,
    multimodal: input.multimodal ?? false,
    ...(input.adapters === undefined ? {} : { adapters: input.adapters }),
    network: {
      vpcId: input.network?.vpcId ?? null,
      machineSubnetIds: input.network?.machineSubnetIds ?? [],
      loadBalancerSubnetIds: input.network?.loadBalancerSubnetIds ?? [],
      routeTableIds: input.network?.routeTableIds ?? [],
      interfaceEndpoints: input.network?.interfaceEndpoints ?? [],
      exposure: input.network?.exposure ?? 'internal',
      certificateArn: input.network?.certificateArn ?? null,
      cidr: input.network?.cidr ?? null,
      allowedCidrs: (input.network?.allowedCidrs ?? []).map((word) =>
        word === EVERYONE ? '0.0.0.0/0' : word,
      ),
      natGateways: input.network?.natGateways ?? 'single',
      domain: input.network?.domain ?? null,
      webAclArn: input.network?.webAclArn ?? null,
      rateLimitPerKey: input.network?.rateLimitPerKey ?? null,
      targetControlPort: input.network?.targetControlPort ?? null,
      encryptToMachines: input.network?.encryptToMachines ?? false,
      jwt: input.network?.jwt ?? null,
    },
    sizing: resolveSizing(input.sizing),
    deployment: resolveDeployment(input),
    stateBackend: input.stateBackend
      ? {
          bucket: input.stateBackend.bucket,
          key: input.stateBackend.key ?? `qwen-selfhost/${input.name ?? model.name.toLowerCase()}.tfstate`,
          region: input.stateBackend.region ?? input.regions?.[0] ?? 'us-east-1',
        }
      : null,
    tags: input.tags ?? {},
  };
  notes.push(...unlikelySeconds(requirements.slo));
  const problems = [
    ...contradictions(requirements, model, catalogue, input.qualityFloor),
    ...sizingProblems(input.sizing, today),
  ];
  if (problems.length > 0) throw new UserError(problems.join('; '));
  return { requirements, model, notes };
}

/** Nobody waits so long for a token; milliseconds are soon given for seconds. */
const LIKELY_SECONDS = { ttftP95Seconds: 200, tpotP95Seconds: 2 } as const;

function unlikelySeconds(slo: Requirements['slo']): string[] {
  return (['ttftP95Seconds', 'tpotP95Seconds'] as const)
    .filter((target) => slo[target] >= LIKELY_SECONDS[target])
    .map(
      (target) =>
        `slo.${target} is ${slo[target]} seconds; give ${slo[target] / 1000} where milliseconds were meant`,
    );
}

/** An explicit four-bit checkpoint implies the floor that allows it. */
function defaultFloor(input: RequirementsInput): QualityFloor {
  return input.checkpoint && input.checkpoint !== 'auto' ? qualityOf(input.checkpoint) : 'fp8';
}

function resolveWorkload(input: RequirementsInput, notes: string[]): Workload {
  const given = input.workload ?? {};
  const presetName = given.preset ?? 'chat';
  const preset = PRESETS[presetName];
  const thinking = given.thinking ?? preset.reasoningTokens.mean > 0;
  const secondsBetweenRequests = given.secondsBetweenRequests ?? preset.secondsBetweenRequests;
  if (given.trace !== undefined)
    throw new UserError(
      'workload.trace is read by the command line; give the rate and the lengths themselves here',
    );
  if (given.requestsPerSecond !== undefined && given.concurrentUsers !== undefined) {
    throw new UserError(
      'give either a rate (requestsPerSecond, --rate) or users (concurrentUsers, --users), not both',
    );
  }
  const fromUsers =
    given.concurrentUsers === undefined ? undefined : given.concurrentUsers / secondsBetweenRequests;
  if (fromUsers !== undefined) {
    notes.push(
      `${given.concurrentUsers} users sending a request every ${secondsBetweenRequests} s are ${fromUsers.toPrecision(3)} requests/s`,
    );
  }
  if (
    given.secondsBetweenRequests !== undefined &&
    fromUsers === undefined &&
    (given.historyShare ?? 0) === 0
  )
    notes.push(
      'workload.secondsBetweenRequests (--seconds-between-requests) changes nothing without concurrentUsers (--users) or historyShare (--history)',
    );
  const sharedPrefixShare = given.sharedPrefixShare ?? preset.sharedPrefixShare;
  checkShares(sharedPrefixShare, given, presetName);
  const reasoning = preset.reasoningTokens;
  const presetOutput = thinking
    ? { mean: preset.answerTokens.mean + reasoning.mean, p95: preset.answerTokens.p95 + reasoning.p95 }
    : preset.answerTokens;
  if (thinking && given.outputTokens === undefined && reasoning.mean > 0) {
    notes.push(
      `thinking is on: about ${reasoning.mean} reasoning tokens are added to each answer (estimated; give outputTokens if you know)`,
    );
  }
  return {
    preset: presetName,
    requestsPerSecond: given.requestsPerSecond ?? fromUsers ?? 1,
    concurrentUsers: given.concurrentUsers ?? null,
    secondsBetweenRequests,
    inputTokens: resolveLengths('inputTokens', given.inputTokens, preset.inputTokens),
    outputTokens: resolveLengths('outputTokens', given.outputTokens, presetOutput),
    sharedPrefixShare,
    ...(given.historyShare === undefined ? {} : { historyShare: given.historyShare }),
    thinking,
    streaming: given.streaming ?? false,
  };
}

/** What all prompts share and what is a conversation's own are parts of one prompt. */
function checkShares(
  shared: number,
  { sharedPrefixShare, historyShare = 0 }: NonNullable<RequirementsInput['workload']>,
  preset: string,
): void {
  if (shared + historyShare <= 1 + 1e-9) return;
  const of = sharedPrefixShare === undefined ? ` (of the preset ${preset})` : '';
  throw new UserError(
    `workload.historyShare ${historyShare} and workload.sharedPrefixShare ${shared}${of} are more than a whole prompt; together they must be at most 1: lower one of them (--history, --shared-prefix)`,
  );
}

function resolveLengths(
  field: string,
  given: number | { mean: number; p95?: number | undefined } | undefined,
  preset: LengthStats,
): LengthStats {
  if (given === undefined) return { mean: preset.mean, p95: preset.p95 };
  const mean = typeof given === 'number' ? given : given.mean;
  const p95 = (typeof given === 'number' ? undefined : given.p95) ?? mean * P95_OVER_MEAN;
  if (p95 < mean)
    throw new UserError(
      `workload.${field}: p95 ${p95} is below the mean ${mean}; give a p95 of at least the mean`,
    );
  return { mean, p95 };
}

function defaultContext(workload: Workload, notes: string[]): number {
  const needed = 2 * (workload.inputTokens.p95 + workload.outputTokens.p95);
  const rounded = Math.ceil(needed / CONTEXT_GRAIN_TOKENS) * CONTEXT_GRAIN_TOKENS;
  const context = Math.min(Math.max(SMALLEST_CONTEXT_TOKENS, rounded), FAMILY.maxPositionEmbeddings);
  if (context > SMALLEST_CONTEXT_TOKENS)
    notes.push(`context set to ${context} tokens: twice the p95 prompt and output`);
  return context;
}
