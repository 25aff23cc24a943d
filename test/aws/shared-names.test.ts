import { readFileSync } from 'node:fs';
import { IMAGE_PARAMETER } from '../../src/aws/preflight/images';
import { PLAN_TAG } from '../../src/aws/preflight/running';
import { LEAST_TERRAFORM } from '../../src/aws/preflight/tools';
import { stagedPrefix } from '../../src/aws/preflight/weights';
import { parsePlan } from '../../src/plan/document';
import { REQUIRED_TERRAFORM } from '../../stacks/plan-stack';
import { PLAN_TAG as STACK_TAG } from '../../stacks/serving-cluster/names';
import { weightsPrefix } from '../../stacks/serving-cluster/weights-layout';

test('preflight asks for the names that stacks use', () => {
  const golden = 'test/golden/plans/tensor-parallel.plan.json';
  const plan = parsePlan(readFileSync(golden, 'utf8'), golden);
  expect(PLAN_TAG).toBe(STACK_TAG);
  expect(REQUIRED_TERRAFORM).toBe(`>= ${LEAST_TERRAFORM.join('.')}`);
  expect(stagedPrefix(plan)).toBe(weightsPrefix(plan));
  expect(readFileSync('stacks/serving-cluster/machine.ts', 'utf8')).toContain(IMAGE_PARAMETER);
});
