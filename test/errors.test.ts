import { didYouMean } from '../src/errors';

const GPUS = ['T4', 'A10G', 'A10', 'L4', 'L40S', 'A100-40GB', 'A100-80GB', 'H100', 'H100-NVL', 'H200'];

test.each([
  ['h10', 'H100', 'a dropped last letter beats a changed one'],
  ['L40', 'L40S', 'and an added one'],
  ['A100', 'A100-40GB', 'however much is missing'],
  ['H20', 'H200', 'the nearest of those that begin so'],
  ['H1000', 'H100', 'an added letter'],
  ['80gb', 'A100-80GB', 'a part of it'],
  [' A11 ', 'A10', 'a changed one'],
])('%j: did you mean %s (%s)', (given, meant) => {
  expect(didYouMean(given, GPUS)).toBe(`; did you mean ${meant}?`);
});

const MODELS = ['Qwen3.5-9B', 'Qwen3.5-35B-A3B', 'Qwen3.5-397B-A17B'];

test.each([
  ['qwen35', 'Qwen3.5-9B'],
  ['qwen35-35b', 'Qwen3.5-35B-A3B'],
  ['qwen3_5-35B-A3B', 'Qwen3.5-35B-A3B'],
  ['Qwen 3.5 35B', 'Qwen3.5-35B-A3B'],
  ['qwen3,5 397b', 'Qwen3.5-397B-A17B'],
])('%j: did you mean %s, whatever stands between letters and digits', (given, meant) => {
  expect(didYouMean(given, MODELS)).toBe(`; did you mean ${meant}?`);
});

test.each(['---', '...'])('%j has no letter that could be meant', (given) => {
  expect(didYouMean(given, MODELS)).toBe('');
});

test.each(['', 'A', 'H', 'V100X', 'Trainium'])('%j is near to none', (given) => {
  expect(didYouMean(given, GPUS)).toBe('');
});

test('nothing is near to nothing', () => {
  expect(didYouMean('H100', [])).toBe('');
});
