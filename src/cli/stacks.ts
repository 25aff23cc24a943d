/**
 * The stack builders, loaded on first use: CDKTF takes longer to load than planning takes.
 * `require` and not `import()`, which a bundle and CommonJS output resolve differently.
 */
export const stackSynth = (): typeof import('../../stacks/synth') => require('../../stacks/synth');
export const stackHcl = (): typeof import('../../stacks/hcl') => require('../../stacks/hcl');
export const stackApp = (): typeof import('../../stacks/cdk') => require('../../stacks/cdk');
