import { usableMemory } from '../hardware/gpus';
import { findInstanceType, gpuOf } from '../hardware/instance-types';
import { offeringsIn } from '../hardware/offerings';
import type { PlanningContext } from './candidate';
import { candidatesOn } from './candidates';
import { precision } from './filters/precision';
import type { Option } from './fleet';

const GIB = 2 ** 30;

/**
 * How unlike the chosen machine one is that the user's lists leave out: how many times dearer or cheaper an hour, because
 * whoever looks past a list looks for what might stand instead. Infinity where its GPUs do not run or hold the weights.
 */
export function unlikeness(instanceType: string, chosen: Option, context: PlanningContext): number {
  const { offer, checkpoint } = chosen.candidate;
  const offering = offeringsIn(context.catalogue, offer.offering.region).find(
    (other) => other.instanceType === instanceType,
  );
  const usd = offering?.onDemand?.usdPerHour;
  const chosenUsd = offer.offering.onDemand?.usdPerHour;
  if (offering === undefined || usd === undefined || chosenUsd === undefined) return Number.POSITIVE_INFINITY;
  const type = findInstanceType(instanceType)!;
  const holds = type.gpuCount * usableMemory(gpuOf(type)).gib * GIB >= (checkpoint.tensorBytes ?? 0);
  const ways = candidatesOn({ offer: { ...offer, type, offering }, checkpoint }, context);
  const runs = ways.some((way) => precision.problem(way, context) === null);
  return holds && runs ? Math.max(usd / chosenUsd, chosenUsd / usd) : Number.POSITIVE_INFINITY;
}
