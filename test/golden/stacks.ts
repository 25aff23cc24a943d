import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { Plan } from '../../src/plan/schema';
import { synthPlans } from '../../stacks/synth';
import { variants } from '../policy/variants';
import { inScratch, Template } from '../stacks/template';
import { frozenPlan } from './frozen';
import { difference, readable } from './readable';

/** Frozen plans whose stacks are frozen too: what the planner itself decides about machines. */
const OF_FROZEN_PLANS = [
  'tensor-parallel',
  'moe-122b',
  'nvlink-397b',
  'nvfp4-397b',
  'data-parallel',
  'small-9b',
  'adapters',
  'replicas-per-machine',
] as const;
/** Frozen in full; of every other stack, how it differs from this one. */
const BASE = 'one-gpu';

/**
 * The plan of every golden stack: the kinds of machines from frozen plans, all other kinds of deployment from one plan
 * with parts replaced, so that a change of the planner does not change them.
 */
const goldenPlans = (): Plan[] => [...variants().map(([, plan]) => plan), ...OF_FROZEN_PLANS.map(frozenPlan)];

/** `cdk.tf.json` of every golden stack as a user gets it, all synthesised together as `services:` are. */
export function goldenStacks(): { readonly name: string; readonly text: string }[] {
  const plans = goldenPlans();
  return inScratch((folder) =>
    synthPlans(plans, folder).map((path, index) => ({
      name: plans[index]!.name,
      text: readFileSync(path, 'utf8'),
    })),
  );
}

/** Every golden stack as it is frozen; under one plan name, so that names are no differences. */
export function frozenStacks(): { readonly name: string; readonly text: string }[] {
  const documents = goldenPlans().map((plan) => ({
    name: plan.name,
    document: readable(new Template({ ...plan, name: 'llm' }).text),
  }));
  const base = documents.find(({ name }) => name === BASE)!.document;
  return documents.map(({ name, document }) => ({
    name,
    text: name === BASE ? toYaml(document) : toYaml({ 'as one-gpu, but': difference(base, document) }),
  }));
}

const toYaml = (document: unknown): string => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
