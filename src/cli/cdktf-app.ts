import { UserError } from '../errors';
import { plansToSynthesise } from './cdktf-plans';
import { stackApp, stackSynth } from './stacks';

try {
  const plans = plansToSynthesise(process.env, (line) => process.stderr.write(`warning: ${line}\n`));
  const app = new (stackApp().App)();
  stackSynth().addPlanStacks(app, plans);
  app.synth();
} catch (error) {
  process.stderr.write(
    `error: ${error instanceof UserError ? error.message : ((error as Error).stack ?? String(error))}\n`,
  );
  process.exitCode = error instanceof UserError ? error.exitCode : 70;
}
