import { usd } from '../../report/format';
import { LONGEST_BLOCK_DAYS, SURVIVALS } from '../../requirements/choices';
import type { FieldGroup } from './field';
import { textOf } from './flag-fields';

const SURVIVE_TEXT = {
  nothing: 'nothing (usual)',
  machine: 'the loss of one machine',
  zone: 'the loss of one zone',
};

export const PLACE_AND_PRICE: FieldGroup = {
  title: 'Where, and for how much',
  fields: [
    { kind: 'list', name: 'region', label: 'AWS regions to search', usual: 'us-east-1', options: null },
    {
      kind: 'list',
      name: 'market',
      label: 'Machines may be bought',
      usual: 'on-demand',
      options: [
        { value: 'on-demand', text: 'on demand: by the hour' },
        { value: 'spot', text: 'spot: cheaper, taken back with two minutes of notice' },
        { value: 'capacity-block', text: 'in a capacity block: reserved and paid ahead' },
      ],
    },
    {
      kind: 'choice',
      name: 'survive',
      label: 'Still serve the peak after',
      options: SURVIVALS.map((value) => ({
        value: value === 'nothing' ? '' : value,
        text: SURVIVE_TEXT[value],
      })),
    },
    {
      kind: 'number',
      name: 'budget',
      label: 'Budget',
      unit: 'USD a month',
      min: 100,
      max: 1_000_000,
      scale: 'log',
      whole: true,
      spoken: (value) => `at most ${usd(value)}`,
      understood: () => 'none',
    },
  ],
  more: [
    {
      kind: 'number',
      name: 'min-zones',
      label: 'Availability zones, at least',
      unit: 'zones',
      hint: 'Machines are spread over so many data centres of a region.',
      min: 1,
      max: 6,
      scale: 'linear',
      whole: true,
      understood: ({ minZones }) => minZones,
    },
    {
      kind: 'number',
      name: 'savings-plan',
      label: 'Discount of your savings plan',
      unit: 'of 1',
      hint: 'Share of the on-demand price that your savings plan saves: 0.3 is 30%.',
      min: 0,
      max: 0.8,
      scale: 'linear',
      understood: () => 'none',
    },
    textOf('block-start', 'Capacity block from', { placeholder: 'chosen when it is bought' }),
    textOf('block-days', 'Length of the capacity block', { placeholder: String(LONGEST_BLOCK_DAYS) }),
    textOf('allow-type', 'Only these instance types', { placeholder: 'all; for example g6e, p5.48xlarge' }),
    textOf('deny-type', 'Not these instance types', { placeholder: 'none' }),
  ],
};

export const BUILT: FieldGroup = {
  title: 'What is built',
  fields: [],
  more: [
    textOf('name', 'Name of the plan', { placeholder: 'llm' }),
    textOf('tag', 'Tags', { placeholder: 'team=search, stage=test' }),
    {
      kind: 'choice',
      name: 'exposure',
      label: 'Who reaches the endpoint',
      options: [
        { value: '', text: 'your network only (usual)' },
        { value: 'public', text: 'the internet: needs a certificate and ranges' },
      ],
    },
    textOf('certificate', 'Certificate', { placeholder: 'arn:aws:acm:…' }),
    textOf('allow-cidr', 'Ranges that may call', { placeholder: '10.0.0.0/8' }),
    textOf('vpc', 'Your VPC', { placeholder: 'a new one' }),
    textOf('machine-subnet', 'Subnets of the machines', { placeholder: 'subnet-…, subnet-…' }),
    textOf('load-balancer-subnet', 'Subnets of the load balancer', { placeholder: 'subnet-…, subnet-…' }),
    {
      kind: 'choice',
      name: 'nat',
      label: 'Way of the machines to the internet (NAT)',
      options: [
        { value: '', text: 'one gateway (usual)' },
        { value: 'per-zone', text: 'a gateway in each zone' },
        { value: 'none', text: 'none: needs weights in S3 and an image in your ECR' },
      ],
    },
    {
      kind: 'choice',
      name: 'weights',
      label: 'Where machines read the weights',
      options: [
        { value: '', text: 'Hugging Face (usual)' },
        { value: 's3', text: 'an S3 bucket of yours, filled once' },
      ],
    },
    textOf('image', 'Engine image', { placeholder: "the plan's own" }),
  ],
};
