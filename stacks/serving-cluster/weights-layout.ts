import type { Plan } from '../../src/plan/schema';

/** Where one revision of the weights lies in the bucket: `manifest.json` and `files/`. */
export const weightsPrefix = ({ choice }: Plan): string =>
  `${encodeURIComponent(choice.hfId).replaceAll('%2F', '/')}/${encodeURIComponent(choice.revision)}/`;
