import { interval, milliseconds, number, plural, rate, seconds, usd } from '../../src/report/format';

test('money: cents below a hundred dollars, two digits below one', () => {
  expect([usd(1234.56), usd(99.994), usd(0), usd(0.0456)]).toEqual(['$1,235', '$99.99', '$0.00', '$0.046']);
});

test('times carry their unit, and as many digits as their size asks for', () => {
  expect([seconds(0.0042), seconds(0.042), seconds(0.999), seconds(1.234), seconds(12.34)]).toEqual([
    '4.2 ms',
    '42 ms',
    '999 ms',
    '1.23 s',
    '12 s',
  ]);
  expect([milliseconds(0.00042), milliseconds(0.0042), milliseconds(1.5)]).toEqual([
    '0.42 ms',
    '4 ms',
    '1.50 s',
  ]);
});

test('one is not several', () => {
  expect([rate(1), rate(2.5), rate(0.5)]).toEqual(['1 request/s', '2.5 requests/s', '0.5 requests/s']);
  expect([plural(1, 'machine'), plural(0, 'machine'), plural(3, 'machine')]).toEqual([
    '1 machine',
    '0 machines',
    '3 machines',
  ]);
});

test('an interval is the expected figure and what 80% lie between', () => {
  expect(interval({ low: 0.1, expected: 0.2, high: 0.4 }, seconds)).toBe('200 ms (100 ms to 400 ms)');
  expect([number(1234.5), number(12.345)]).toEqual(['1,235', '12.3']);
});
