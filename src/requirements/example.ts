import { PRESETS, type PresetName } from '../workload/presets';

/** What `init` asks. */
export interface Answers {
  readonly model: string;
  readonly preset: PresetName;
  readonly requestsPerSecond: number;
  readonly ttftP95Seconds: number;
  readonly tpotP95Seconds: number;
  readonly region: string;
}

export const EXAMPLE_ANSWERS: Answers = {
  model: 'Qwen3.5-35B-A3B',
  preset: 'chat',
  requestsPerSecond: 2,
  ttftP95Seconds: PRESETS.chat.ttftP95Seconds,
  tpotP95Seconds: PRESETS.chat.tpotP95Seconds,
  region: 'us-east-1',
};

/** A commented `selfhost.yaml`; `schemaPath`: from it to its JSON Schema, null where there is none. */
export const exampleDocument = (
  answers: Answers,
  schemaPath: string | null,
): string => `# What you want to serve. Only \`model\` is needed; everything else has a sensible default.
# Every key, with its meaning: npx qwen-selfhost schema, or docs/requirements.md
${
  schemaPath === null
    ? '# For an editor that checks it: npx qwen-selfhost schema > requirements.schema.json, then begin the file with\n# yaml-language-server: $schema=requirements.schema.json'
    : `# yaml-language-server: $schema=${schemaPath}`
}
model: ${answers.model}
workload:
  preset: ${answers.preset} # ${Object.keys(PRESETS).join(', ')}
  requestsPerSecond: ${answers.requestsPerSecond} # at the peak; or concurrentUsers: 100
slo:
  ttftP95Seconds: ${answers.ttftP95Seconds}
  tpotP95Seconds: ${answers.tpotP95Seconds}
regions: [${answers.region}]
`;
