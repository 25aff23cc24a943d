import { ageDays, oldPriceWarning, sourceDay } from '../../src/aws/catalogue/age';

test('a source speaks until the last day that it names', () => {
  const of = (source: string): string => sourceDay(source, '2026-11-20T08:00:00Z');
  expect(of('karpenter-2026-07-20')).toBe('2026-07-20');
  expect(of('spot-advisor-savings-2025-06')).toBe('2025-06-30');
  expect(of('prices-2024-02')).toBe('2024-02-29');
  expect(of('skypilot-2026H1')).toBe('2026-06-30');
  expect(of('skypilot-2025H2')).toBe('2025-12-31');
  expect(of('a list without a date')).toBe('2026-11-20');
});

test('days are whole, and the future is new', () => {
  expect(ageDays('2026-11-20', new Date('2026-11-23T23:59:59Z'))).toBe(3);
  expect(ageDays('2026-11-20', new Date('2026-11-01T00:00:00Z'))).toBe(0);
});

test('a price is old after 90 days, not on the 90th', () => {
  const price = { instanceType: 'g6e.xlarge', region: 'us-west-2', market: 'spot', source: 'x-2026-08-01' };
  const on = (today: string) => oldPriceWarning(price, '2026-11-20', new Date(`${today}T12:00:00Z`));
  expect(on('2026-10-30')).toBeNull();
  expect(on('2026-10-31')).toMatch(
    /^the spot price of g6e\.xlarge in us-west-2 is 91 days old \(x-2026-08-01\)/,
  );
});
