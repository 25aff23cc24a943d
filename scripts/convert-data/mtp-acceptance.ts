import { type Json, read, write } from './files';

/** Accepted tokens per step with MTP, by task; the measured speed-ups stay with the shared data. */
export function copyMtpAcceptance(): void {
  const source = JSON.parse(read('mtp-acceptance-qwen35.json')) as { meta: Json; golden_AL: Json };
  const { golden_AL_source, golden_AL_setup, AL_definition } = source.meta;
  write('src/performance/data/mtp-acceptance.json', {
    definition: AL_definition,
    source: golden_AL_source,
    setup: golden_AL_setup,
    acceptanceLength: source.golden_AL,
  });
}
