import { readFileSync } from 'node:fs';
import { IMAGE_PARAMETER } from '../../src/aws/preflight/images';
import { PLAN_TAG } from '../../src/aws/preflight/running';
import { LEAST_TERRAFORM } from '../../src/aws/preflight/tools';
import { REQUIRED_TERRAFORM } from '../../stacks/plan-stack';
import { PLAN_TAG as STACK_TAG } from '../../stacks/serving-cluster/names';

test('preflight asks for the names that stacks use', () => {
  expect(PLAN_TAG).toBe(STACK_TAG);
  expect(REQUIRED_TERRAFORM).toBe(`>= ${LEAST_TERRAFORM.join('.')}`);
  expect(readFileSync('stacks/serving-cluster/machine.ts', 'utf8')).toContain(IMAGE_PARAMETER);
});
