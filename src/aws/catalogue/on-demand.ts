import type { Filter } from '@aws-sdk/client-pricing';
import { allPages } from '../pages';
import type { Session } from '../session';

const ACTION = 'pricing:GetProducts';
/** Longest value of a filter (Pricing API reference, Filter). */
const MOST_VALUE_CHARACTERS = 1024;
const PAGE_SIZE = 100;

/** The Pricing API has three endpoints outside China; the nearest is asked (aws.md section 6). */
function pricingRegion(region: string): string {
  if (/^(eu|il|me|af)-/.test(region)) return 'eu-central-1';
  return region.startsWith('ap-') ? 'ap-south-1' : 'us-east-1';
}

/** Names joined by commas into values that a filter can hold. */
function filterValues(names: readonly string[]): string[] {
  const values: string[] = [];
  for (const name of names) {
    const joined = `${values.at(-1) ?? ''},${name}`;
    if (values.length > 0 && joined.length <= MOST_VALUE_CHARACTERS) values[values.length - 1] = joined;
    else values.push(name);
  }
  return values;
}

/** USD per hour on demand by type name, Linux; types without a price (p5e) are absent. */
export async function onDemandPrices(
  session: Session,
  region: string,
  types: readonly string[],
): Promise<Record<string, number>> {
  const { PricingClient, GetProductsCommand } = await import('@aws-sdk/client-pricing');
  const client = await session.client(
    'pricing',
    pricingRegion(region),
    (config) => new PricingClient(config),
  );
  const metal = types.filter((name) => name.endsWith('.metal'));
  const virtual = types.filter((name) => !name.endsWith('.metal'));
  const queries = [
    ...filterValues(virtual).map((value) => filters(region, value, 'Compute Instance')),
    ...filterValues(metal).map((value) => filters(region, value, 'Compute Instance (bare metal)')),
  ];
  const pages = await Promise.all(
    queries.map((Filters) =>
      allPages(
        ACTION,
        (NextToken) =>
          session.call(ACTION, (options) =>
            client.send(
              new GetProductsCommand({ ServiceCode: 'AmazonEC2', Filters, MaxResults: PAGE_SIZE, NextToken }),
              options,
            ),
          ),
        (page) => page.NextToken,
        (page) => page.PriceList,
      ),
    ),
  );
  const wanted = new Set(types);
  const prices: Record<string, number> = {};
  for (const item of pages.flat()) {
    const price = priceOf(item, region);
    if (price !== null && wanted.has(price.instanceType)) prices[price.instanceType] = price.usdPerHour;
  }
  return prices;
}

/** Without marketoption, capacity block products with a price of 0 would come too (aws.md section 6). */
function filters(region: string, types: string, productFamily: string): Filter[] {
  const exact: [string, string][] = [
    ['regionCode', region],
    ['productFamily', productFamily],
    ['operatingSystem', 'Linux'],
    ['preInstalledSw', 'NA'],
    ['capacitystatus', 'Used'],
    ['tenancy', productFamily === 'Compute Instance' ? 'Shared' : 'Dedicated'],
    ['marketoption', 'OnDemand'],
  ];
  return [
    ...exact.map(([Field, Value]): Filter => ({ Type: 'TERM_MATCH', Field, Value })),
    { Type: 'ANY_OF', Field: 'instanceType', Value: types },
  ];
}

interface Product {
  readonly product?: { readonly attributes?: Readonly<Record<string, string>> };
  readonly terms?: {
    readonly OnDemand?: Readonly<
      Record<
        string,
        {
          readonly priceDimensions?: Readonly<
            Record<string, { readonly unit?: string; readonly pricePerUnit?: { readonly USD?: string } }>
          >;
        }
      >
    >;
  };
}

/** The price of one product, which the API sends as JSON in a string; null for another product or a damaged one. */
function priceOf(item: unknown, region: string): { instanceType: string; usdPerHour: number } | null {
  let product: Product | null;
  try {
    // The SDK hands it over as a String object.
    product = JSON.parse(String(item)) as Product | null;
  } catch {
    return null;
  }
  const attributes = product?.product?.attributes;
  // Checked here too: a server that ignores a filter must not turn another product's fee into a price.
  if (!attributes?.instanceType || attributes.regionCode !== region) return null;
  if (attributes.marketoption !== 'OnDemand' || attributes.capacitystatus !== 'Used') return null;
  if (attributes.operatingSystem !== 'Linux' || attributes.preInstalledSw !== 'NA') return null;
  const tenancy = attributes.instanceType.endsWith('.metal') ? 'Dedicated' : 'Shared';
  if (attributes.tenancy !== tenancy) return null;
  const figures = Object.values(product?.terms?.OnDemand ?? {})
    .flatMap(({ priceDimensions }) => Object.values(priceDimensions ?? {}))
    .filter(({ unit }) => unit === 'Hrs')
    .map(({ pricePerUnit }) => Number(pricePerUnit?.USD))
    .filter((usd) => Number.isFinite(usd) && usd > 0);
  return figures.length === 0
    ? null
    : { instanceType: attributes.instanceType, usdPerHour: Math.max(...figures) };
}
