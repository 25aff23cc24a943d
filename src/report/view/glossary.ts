import type { Fact } from './section';

const WORDS: readonly Fact[] = [
  ['TTFT', 'time to first token: from a request to the first token of its answer'],
  ['TPOT', 'time per output token: between the tokens of an answer, on average'],
  ['p95', '95th percentile: 95 of 100 requests are at least as fast'],
  ['80% interval', 'four of five such predictions turn out between the two figures'],
  ['token', 'a piece of text, about three quarters of an English word'],
  ['replica', 'one copy of the model on one or more GPUs that answers requests'],
  ['FP8', 'weights in 8 bits: half the memory of the 16 bits of training'],
  ['BF16', 'weights in 16 bits, as the model was trained'],
  ['NVFP4', "weights in 4 bits, NVIDIA's format"],
  ['INT4', 'weights in 4 bits'],
  ['TP', 'tensor parallel: each layer split over so many GPUs'],
  ['PP', 'pipeline parallel: the layers shared out over so many stages'],
  ['DP', 'data parallel: copies of the attention layers that share the experts'],
  ['EP', 'expert parallel: whole experts on different GPUs'],
  ['MTP', 'multi-token prediction: the model drafts tokens ahead and checks them itself'],
  ['KV cache', 'what the model remembers of the tokens of running requests'],
  ['CUDA graphs', 'GPU work recorded once and replayed'],
  ['GiB', '2^30 bytes'],
  ['NAT', 'network address translation: how machines without a public address reach the internet'],
  ['VPC', 'virtual private cloud: your own network at AWS'],
  ['vCPU', 'virtual processor: what AWS counts quotas in'],
  ['spot', 'spare machines at a discount that AWS may take back'],
  ['on-demand', 'machines paid by the second, without commitment'],
  ['YaRN', 'a method to stretch the context beyond what the model was trained with'],
];

/** The words of a text that not every reader knows, explained; in a fixed order. */
export const glossary = (text: string): Fact[] =>
  WORDS.filter(([word]) => new RegExp(`(?<![\\w-])${word}s?(?![\\w-])`).test(text));
