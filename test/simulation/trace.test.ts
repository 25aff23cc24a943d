import { UserError } from '../../src/errors';
import { parseTrace } from '../../src/simulation/trace';

test('JSON Lines: times from the first request, equal hashes as equal ids', () => {
  const text = [
    '{"timestamp": 100.5, "input_tokens": 10, "output_tokens": 5, "prefix_hash": "a"}',
    '{"timestamp": 101, "input_tokens": 20, "output_tokens": 6}',
    '{"timestamp": 103, "input_tokens": 30, "output_tokens": 7, "prefix_hash": "b"}',
    '{"timestamp": 103, "input_tokens": 40, "output_tokens": 8, "prefix_hash": "a"}',
  ].join('\n');
  const trace = parseTrace(`${text}\n\n`, 'trace.jsonl');
  expect([...trace.arrivalSeconds]).toEqual([0, 0.5, 2.5, 2.5]);
  expect([...trace.inputTokens]).toEqual([10, 20, 30, 40]);
  expect([...trace.prefixId]).toEqual([0, -1, 1, 0]);
});

test('Azure CSV: dates with seven digits of a second, or seconds', () => {
  const trace = parseTrace(
    '\uFEFFTIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n2023-11-16 18:18:04.0319600,110,27\r\n',
    'azure.csv',
  );
  expect(trace.arrivalSeconds[1]).toBeCloseTo(60.052, 6);
  expect([...trace.outputTokens]).toEqual([10, 27]);
  expect([...trace.lines]).toEqual([2, 3]);
  expect(parseTrace('timestamp,contexttokens,generatedtokens\n5,1,1\n6.5,1,1', 'x').arrivalSeconds[1]).toBe(
    1.5,
  );
});

test('CSV as RFC 4180 has it: quotes, commas and lines within them, other columns', () => {
  const records = [
    '"TIMESTAMP","prompt, cut","ContextTokens", "GeneratedTokens"',
    '"2023-11-16 18:17:03.97","a, ""b""",4808,"10"',
    '"2023-11-16 18:17:04.97","c\r\nd","7","3"',
    '2023-11-16 18:17:05.97,,9,4',
  ];
  const trace = parseTrace(records.join('\r\n'), 'x');
  expect([...trace.inputTokens]).toEqual([4808, 7, 9]);
  expect([...trace.outputTokens]).toEqual([10, 3, 4]);
  expect([...trace.arrivalSeconds].map((s) => Number(s.toFixed(3)))).toEqual([0, 1, 2]);
  expect([...trace.lines]).toEqual([2, 4, 5]);
});

test.each([
  ['Vidur', 'arrived_at,num_prefill_tokens,num_decode_tokens', '7.5,10,5'],
  [
    'Vidur, with more',
    'arrived_at,num_prefill_tokens,num_decode_tokens,num_total_tokens,pd_ratio',
    '7.5,10,5,15,2.0',
  ],
  [
    'BurstGPT',
    'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type',
    '7.5,ChatGPT,10,5,15,API log',
  ],
  ['usage figures', 'output_tokens,timestamp,input_tokens,prefix_hash', '5,7.5,10,a'],
  ['an API log', '{"timestamp": 7.5, "prompt_tokens": 10, "completion_tokens": 5}', ''],
])('names of others that can only mean one thing: %s', (_, header, row) => {
  const trace = parseTrace(`${header}\n${row}`, 'x');
  expect([trace.firstSeconds, ...trace.inputTokens, ...trace.outputTokens]).toEqual([7.5, 10, 5]);
});

test('equal prefixes of a CSV are equal ids, and an empty cell is none', () => {
  const text = 'timestamp,input_tokens,output_tokens,prefix_hash\n1,2,3,a\n1,2,3,\n1,2,3,b\n1,2,3,a';
  expect([...parseTrace(text, 'x').prefixId]).toEqual([0, -1, 1, 0]);
});

test('JSON Lines: dates too, as logs have them', () => {
  const line = (timestamp: string) => JSON.stringify({ timestamp, input_tokens: 10, output_tokens: 5 });
  const times = ['2024-05-10T10:00:00.250Z', '2024-05-10T10:00:01Z', '2024-05-10T12:00:02+02:00'];
  expect([...parseTrace(times.map(line).join('\n'), 'x').arrivalSeconds]).toEqual([0, 0.75, 1.75]);
});

const good = '{"timestamp": 1, "input_tokens": 10, "output_tokens": 5}';
test.each([
  ['', /holds no requests/],
  ['TIMESTAMP,ContextTokens,GeneratedTokens\n', /holds no requests/],
  [`${good}\nnot json`, /"t" line 2: "not json" is not JSON/],
  [`${good}\n\n${good}`, /"t" line 2: "" is not JSON/],
  [
    `${good}\n{"timestamp": 2, "input_tokens": 0, "output_tokens": 5}`,
    /"t" line 2: input_tokens 0 is too small; it must be at least 1/,
  ],
  [`${good}\n{"timestamp": 2, "input_tokens": 1.5, "output_tokens": 5}`, /"t" line 2: input_tokens 1.5/],
  [`${good}\n{"timestamp": 2, "output_tokens": 5}`, /"t" line 2: input_tokens is missing/],
  [
    `${good}\n{"timestamp": 2, "input_token": 3, "input_tokens": 3, "output_tokens": 5}`,
    /"t" line 2: unknown key "input_token"; did you mean input_tokens/,
  ],
  [`${good}\n{"timestamp": 0, "input_tokens": 3, "output_tokens": 5}`, /"t" line 2: the time goes back/],
  [
    `${good}\n{"timestamp": null, "input_tokens": 3, "output_tokens": 5}`,
    /"t" line 2: timestamp null is not a number/,
  ],
  ['TIMESTAMP,ContextTokens,GeneratedTokens\n1,2', /"t" line 2: "1,2" has 2 columns, not 3/],
  [
    'TIMESTAMP,ContextTokens,GeneratedTokens\n1,-2,3',
    /"t" line 2: ContextTokens "-2" is not a whole number from 1/,
  ],
  [
    'TIMESTAMP,ContextTokens,GeneratedTokens\nsoon,2,3',
    /"t" line 2: TIMESTAMP "soon" is neither seconds nor a date/,
  ],
  [
    '{"timestamp": 1715335200250, "input_tokens": 3, "output_tokens": 5}',
    /"t" line 1: the time 1715335200250 would be thousands of years away, .*divide it by 1,000/,
  ],
  [
    'TIMESTAMP,ContextTokens,GeneratedTokens\n1715335200250,2,3',
    /"t" line 2: the time 1715335200250 .*milliseconds/,
  ],
  [
    `${good}\n{"timestamp": "soon", "input_tokens": 3, "output_tokens": 5}`,
    /"t" line 2: timestamp "soon" is neither seconds nor a date/,
  ],
  [
    'when,input_tokens,output_tokens\n1,2,3',
    /"t" line 1: "when,input_tokens,output_tokens" .* timestamp column; it may be called timestamp, arrived_at/,
  ],
  [
    'timestamp,in,output_tokens\n1,2,3',
    /line 1: .* input_tokens column; it may be called input_tokens, ContextTokens, /,
  ],
  [
    'timestamp,arrived_at,input_tokens,output_tokens\n1,1,2,3',
    /line 1: "timestamp" and "arrived_at" could both be timestamp/,
  ],
  [
    '{"timestamp": 1, "prompt_tokens": 2, "input_tokens": 2, "output_tokens": 3}',
    /line 1: "prompt_tokens" and "input_tokens" could both/,
  ],
  ['{"timestamp": 1, "prompt_tokens": 0, "output_tokens": 3}', /line 1: prompt_tokens 0 is too small/],
  [
    '{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47]}',
    /line 1: "input_length" is a name of Mooncake's traces, whose times are milliseconds; jq -c/,
  ],
  ['timestamp,input_length,output_length\n1,2,3', /Mooncake/],
  ['timestamp,input_tokens,output_tokens\n1,2,"3', /line 2: .* a quote is not closed/],
  ['timestamp,input_tokens,output_tokens\n1,2"3",4', /line 2: .* stands within a cell/],
  [
    `timestamp,input_tokens,output_tokens,prompt\n1,2,3,"${'x""y\n'.repeat(3)}`,
    /line 2: .* a quote is not closed/,
  ],
  ['[1, 2, 3]', /line 1: .* is not a section with keys/],
  [`\n${good}`, /"t" line 1: "" is neither JSON/],
  ['not json', /"t" line 1: "not json" is neither JSON nor a CSV header/],
  ['TIMESTAMP,ContextTokens,GeneratedTokens\n,2,3', /"t" line 2: TIMESTAMP "" is neither/],
])('a bad line is named: %j', (text, message) => {
  expect(() => parseTrace(text, 't')).toThrow(UserError);
  expect(() => parseTrace(text, 't')).toThrow(message);
});
