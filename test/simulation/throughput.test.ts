import { RequestTable } from '../../src/simulation/request-table';
import { throughputBySpan } from '../../src/simulation/throughput';

const tableOf = (requests: readonly { first: number; finish: number; tokens: number }[]): RequestTable => {
  const table = new RequestTable(requests.length);
  requests.forEach(({ first, finish, tokens }, i) => {
    table.firstTokenSeconds[i] = first;
    table.finishSeconds[i] = finish;
    table.outputTokens[i] = tokens;
  });
  return table;
};

test('every token is counted once, wherever it falls', () => {
  const requests = [
    { first: 0, finish: 0, tokens: 1 },
    { first: 0.31, finish: 7.77, tokens: 250 },
    { first: 2, finish: 2.001, tokens: 40 },
    { first: 9.5, finish: 10, tokens: 3 },
    { first: 10, finish: 10, tokens: 1 },
  ];
  const spans = throughputBySpan(tableOf(requests), 10);
  expect(spans).toHaveLength(100);
  expect(spans.reduce((sum, perSecond) => sum + perSecond * 0.1, 0)).toBeCloseTo(250 + 40 + 3 + 2, 6);
});

test('tokens after the first come evenly until the last', () => {
  const spans = throughputBySpan(tableOf([{ first: 2, finish: 6, tokens: 401 }]), 10);
  expect(spans[19]).toBe(0);
  // A hundred a second, and the first one.
  expect(spans[20]).toBeCloseTo(100 + 1 / 0.1, 6);
  expect(spans[40]).toBeCloseTo(100, 6);
  expect(spans[61]).toBe(0);
});
