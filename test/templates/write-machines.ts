import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { variants } from '../policy/variants';
import { Template } from '../stacks/template';

/** Writes what cloud-init would, for the checks of `.ci/templates.sh`: `<folder>/<variant>/user-data` and every file. */
const folder = process.argv[2]!;
for (const [name, plan] of variants()) {
  const machine = new Template(plan);
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'user-data'), machine.userData());
  for (const { path, content } of machine.machineFiles()) {
    const target = join(folder, name, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}
