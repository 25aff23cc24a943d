import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';

/** The frozen plan of a golden case, for whoever needs one as the planner writes it: reading is cheaper than planning. */
export const frozenPlan = (name: string): Plan =>
  parsePlan(readFileSync(join(__dirname, 'plans', `${name}.plan.json`), 'utf8'), name);
