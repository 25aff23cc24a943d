/**
 * Converts the team's sourced data (`../shared/data`) into this project's own dated data files.
 * Run `npm run data:convert -- [SHARED_DIR]` when the shared data changes; the output is never edited by hand.
 */
import { convertApiPrices } from './api-prices';
import { convertInstanceTypes } from './aws-instance-types';
import { convertOfferings } from './aws-offerings';
import { convertGpus } from './gpus';
import { convertModels } from './models';
import { copyMtpAcceptance } from './mtp-acceptance';
import { copyKvLayouts, copyTestData } from './test-data';

convertGpus();
convertInstanceTypes();
convertOfferings();
convertModels();
convertApiPrices();
copyTestData();
copyKvLayouts();
copyMtpAcceptance();
