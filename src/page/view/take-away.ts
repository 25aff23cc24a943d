import type { Plan } from '../../plan/schema';
import { h, setText } from '../dom';

export interface TakeAway {
  readonly element: HTMLElement;
  readonly command: (command: string) => void;
  /** null while a field holds what cannot be written. */
  readonly yaml: (yaml: string | null) => void;
  /** null while there is no plan. */
  readonly plan: (plan: Plan | null, planText: string) => void;
}

const HEADER = '# npx qwen-selfhost plan selfhost.yaml\n';

/** What one takes from the page: the command, selfhost.yaml, plan.json, and the way to Terraform. */
export function takeAway(say: (text: string) => void): TakeAway {
  const files = { yaml: '', plan: '' };
  let planName = 'plan';
  const command = h('code', { id: 'command' });
  const yaml = h('code', { id: 'yaml' });
  const next = h('code', { id: 'next' });
  const copied = h('span', { class: 'note' });
  const told = (text: string): void => {
    setText(copied, text);
    say(text);
  };
  const copyCommand = button('Copy the command', () => copy(command, 'the command', told));
  const copyYaml = button('Copy', () => copy(yaml, 'selfhost.yaml', told));
  const saveYaml = button('Download selfhost.yaml', () =>
    save('selfhost.yaml', files.yaml, 'application/yaml'),
  );
  const savePlan = button('Download plan.json', () =>
    save(`${planName}.plan.json`, files.plan, 'application/json'),
  );
  const steps = h(
    'div',
    {},
    h('h3', {}, 'Next: Terraform'),
    h('p', { class: 'note' }, 'In the folder of the downloaded plan.json:'),
    code(next, 'Next steps'),
  );
  const element = h(
    'section',
    { class: 'take-away', 'aria-labelledby': 'take-away' },
    h('h2', { id: 'take-away' }, 'Take it with you'),
    h(
      'div',
      { class: 'two' },
      h(
        'div',
        {},
        h('h3', {}, 'At the command line'),
        code(command, 'Command'),
        h('p', { class: 'row no-print' }, copyCommand, savePlan),
        h('p', { class: 'note' }, 'In a folder without a selfhost.yaml, which would be read as well.'),
        steps,
      ),
      h(
        'div',
        {},
        h('h3', {}, 'selfhost.yaml'),
        code(yaml, 'selfhost.yaml'),
        h('p', { class: 'row no-print' }, saveYaml, copyYaml, copied),
      ),
    ),
  );
  return {
    element,
    command: (text) => setText(command, text),
    yaml: (text) => {
      files.yaml = text === null ? '' : HEADER + text;
      for (const control of [saveYaml, copyYaml]) control.disabled = text === null;
      setText(yaml, text === null ? 'One of the fields holds no number.' : files.yaml);
    },
    plan: (plan, planText) => {
      files.plan = planText;
      savePlan.disabled = plan === null;
      steps.hidden = plan === null;
      if (plan === null) return;
      planName = plan.name;
      const folder = `cdktf.out/stacks/${planName}`;
      setText(
        next,
        `npx qwen-selfhost synth ${planName}.plan.json\ncd ${folder} && terraform init && terraform plan`,
      );
    },
  };
}

const button = (text: string, click: () => void): HTMLButtonElement =>
  h('button', { type: 'button', click }, text);

const code = (content: HTMLElement, label: string): HTMLElement =>
  h('pre', { tabindex: 0, role: 'region', 'aria-label': label }, content);

/** Copies an element's text; where the browser forbids that, selects it, so that Ctrl+C does. */
async function copy(element: HTMLElement, what: string, say: (text: string) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(element.textContent ?? '');
    say(`Copied ${what}.`);
  } catch {
    getSelection()?.selectAllChildren(element);
    say(`Selected ${what}, because your browser forbids copying from here: press Ctrl+C.`);
  }
}

function save(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h('a', { href: url, download: name }).click();
  // Some browsers read the address only after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
