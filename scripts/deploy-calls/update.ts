/** `npm run iam:update` (and `docs:update`): writes docs/iam/deploy.json from the recorded calls. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deployDocument } from './needed';

writeFileSync(join(__dirname, '..', '..', 'docs', 'iam', 'deploy.json'), deployDocument());
