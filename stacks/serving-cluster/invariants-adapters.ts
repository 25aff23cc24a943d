import type { Plan } from '../../src/plan/schema';
import { weightsPrefix, weightsSources } from '../../src/plan/weights-layout';
import { adaptersOf } from '../../src/requirements/adapters';
import { adapterPath } from '../../src/vllm/adapter-path';
import { type Invariant, unless } from './invariants-operation';

/** With it vLLM lets callers load files of their choice (vllm/envs.py). */
const CHANGES_ADAPTERS = 'VLLM_ALLOW_RUNTIME_LORA_UPDATING';

/** AWS, 'IAM quotas': all inline policies of a role together, without white space. */
const ROLE_POLICY_CHARACTERS = 10_240;
/** Of those, for all but the adapters; today's longest takes 3,000. */
const REST_CHARACTERS = 4000;
/** Of an adapter in a policy, besides its prefix twice: the bucket's ARN, whose name ends in 26 digits of Terraform's. */
const AROUND_PREFIX_CHARACTERS = 100;

function policyCharacters(plan: Plan): number {
  const [, ...adapters] = weightsSources(plan);
  return adapters.reduce(
    (sum, source) => sum + 2 * weightsPrefix(source).length + AROUND_PREFIX_CHARACTERS,
    REST_CHARACTERS,
  );
}

/** The relations that serving adapters relies on. */
export const ADAPTER_INVARIANTS: readonly Invariant[] = [
  {
    // A plan edited by hand: machines would fetch one adapter, engines ask for another.
    name: 'adapters-as-planned',
    check: ({ requirements, engine }) => {
      const missing = adaptersOf(requirements).find(
        (adapter) => !engine.arguments.includes(`${adapter.name}=${adapterPath(adapter)}`),
      );
      return unless(
        missing === undefined,
        `adapter ${missing?.name}, ${missing?.repository} at ${missing?.revision}, is not among the engine arguments after --lora-modules: ` +
          'callers could not use it; make the change in the requirements and plan again',
      );
    },
  },
  {
    name: 'adapters-stay',
    check: ({ engine }) =>
      unless(
        engine.environment[CHANGES_ADAPTERS] === undefined,
        `engine environment sets ${CHANGES_ADAPTERS}: callers could load any file of the machine as an adapter; make do without it and ` +
          'plan again for another adapter',
      ),
  },
  {
    name: 'adapters-fit-the-role',
    check: (plan) => {
      const [, ...adapters] = weightsSources(plan);
      const characters = policyCharacters(plan);
      return unless(
        plan.requirements.deployment.weights !== 's3' || characters <= ROLE_POLICY_CHARACTERS,
        `the right to read ${adapters.length} adapters from S3 takes ${characters} characters of the machines' role, IAM allows ` +
          `${ROLE_POLICY_CHARACTERS}; choose fewer adapters or deployment.weights huggingface`,
      );
    },
  },
];
