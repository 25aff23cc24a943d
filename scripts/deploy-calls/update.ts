/** `npm run iam:update`: writes docs/iam/deploy.json from the recorded calls. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needed, unrecorded } from './needed';
import { deployPolicy } from './policy';

const path = join(__dirname, '..', '..', 'docs', 'iam', 'deploy.json');
writeFileSync(path, `${JSON.stringify(deployPolicy(needed(), unrecorded()), null, 2)}\n`);
