/**
 * `npm run check:regions`: plans and synthesises every model in every region of the data, and says where none fits.
 * Exit code 1 when anything but a plan or a one-line refusal comes out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../src/errors';
import { EMBEDDED_CATALOGUE, regionsOf } from '../src/hardware/offerings';
import { MODELS } from '../src/models/registry';
import { synthPlans } from '../stacks/synth';
import { planOf } from '../test/golden/cases';

const scratch = mkdtempSync(join(tmpdir(), 'regions-'));
const seen = { synthesised: 0, refused: 0, defects: 0 };
for (const { name } of MODELS) {
  const refusedIn: string[] = [];
  for (const region of regionsOf(EMBEDDED_CATALOGUE)) {
    try {
      const limits = 'qualityFloor: int4\nslo: { ttftP95Seconds: 30, tpotP95Seconds: 0.3 }';
      synthPlans([planOf(`model: ${name}\nregions: [${region}]\n${limits}`)], scratch);
      seen.synthesised++;
    } catch (error) {
      if (error instanceof UserError && error.exitCode === 1 && !error.message.includes('\n')) {
        refusedIn.push(region);
        seen.refused++;
      } else {
        seen.defects++;
        console.error(`${name} in ${region}: ${(error as Error).stack}`);
      }
    }
  }
  console.log(
    `${name}: ${refusedIn.length === 0 ? 'in every region' : `nothing fits in ${refusedIn.join(', ')}`}`,
  );
}
rmSync(scratch, { recursive: true });
console.log(
  `${seen.synthesised} synthesised, ${seen.refused} refused with a reason, ${seen.defects} defects`,
);
process.exitCode = seen.defects > 0 ? 1 : 0;
